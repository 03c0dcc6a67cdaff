// What Keys needs of the store of signing keys and realm secrets, which the instances of the auth server
// share. Private parts come and go sealed (keys/sealed_keys.hpp): no store sees one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "crypto/jose.hpp"
#include "runtime/awaitable.hpp"

namespace gatehouse::auth_server {

struct KeyRow {
  std::string kid;
  crypto::Algorithm algorithm = crypto::Algorithm::es256;
  core::SystemTime signs_from{};
  std::string wrapped;  // its data key
  std::string sealed;   // the private key
};

// A realm's symmetric secret, from which others are derived, and its name in the store.
inline constexpr std::string_view kMasterSecret = "master";
struct SealedSecret {
  std::string wrapped;
  std::string sealed;
};

struct KeyChange {
  std::optional<KeyRow> add;
  std::vector<std::string> drop;  // kids
};
// Runs on any thread, perhaps more than once: it captures values.
using DecideKeys = std::function<KeyChange(const std::vector<KeyRow>&)>;

class KeyStore {
 public:
  virtual ~KeyStore() = default;

  // Ordered by algorithm and time.
  [[nodiscard]] virtual Awaitable<Result<std::vector<KeyRow>>> load(std::string realm) = 0;
  // `decide` sees the rows while no other instance can change them. The rows as they are then.
  [[nodiscard]] virtual Awaitable<Result<std::vector<KeyRow>>> change(std::string realm, DecideKeys decide,
                                                                      core::SystemTime now) = 0;

  [[nodiscard]] virtual Awaitable<Result<std::optional<SealedSecret>>> find_secret(std::string realm) = 0;
  // Keeps `fresh` unless another instance was first; the one that is kept.
  [[nodiscard]] virtual Awaitable<Result<SealedSecret>> keep_secret(std::string realm, SealedSecret fresh,
                                                                    core::SystemTime now) = 0;
};

}  // namespace gatehouse::auth_server
