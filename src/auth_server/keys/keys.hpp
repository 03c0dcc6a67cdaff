// The signing keys of all realms: made, rotated and dropped by the key schedule, shared by the instances of
// the auth server through the store. refresh() runs at start and then every minute, so each instance knows a
// key long before any of them signs with it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "auth_server/keys/realm_keys.hpp"
#include "auth_server/ports/key_store.hpp"
#include "core/result.hpp"
#include "crypto/envelope.hpp"
#include "runtime/blocking_pool.hpp"

namespace gatehouse::auth_server {

class Keys {
 public:
  Keys(KeyStore& store, BlockingPool& pool, crypto::Envelope envelope, KeyPolicy policy)
      : store_(store), pool_(pool), envelope_(std::move(envelope)), policy_(policy) {}

  // Makes what is due, drops what is over, and takes the realm's rows into force.
  [[nodiscard]] Awaitable<Result<void>> refresh(std::string realm, core::SystemTime now);

  // `unavailable`/"no_keys" before the first refresh of the realm.
  [[nodiscard]] Result<std::shared_ptr<const RealmKeys>> of(std::string_view realm) const;

 private:
  [[nodiscard]] Awaitable<Result<std::vector<KeyRow>>> maintain(std::string realm, core::SystemTime now);
  [[nodiscard]] Awaitable<Result<KeyRow>> make(std::string realm, crypto::Algorithm algorithm,
                                               core::SystemTime signs_from);
  [[nodiscard]] Awaitable<Result<SealedSecret>> secret_of(std::string realm, core::SystemTime now);

  KeyStore& store_;
  BlockingPool& pool_;
  crypto::Envelope envelope_;
  KeyPolicy policy_;
  std::map<std::string, std::shared_ptr<const RealmKeys>, std::less<>> in_force_;
};

}  // namespace gatehouse::auth_server
