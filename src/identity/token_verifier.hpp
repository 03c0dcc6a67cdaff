// Verifies access tokens of the platform's auth server (RFC 7519, RFC 9068) against its published keys.
//
// Keys are fetched by the function that the owner gives, cached, and refreshed when a token names an unknown
// key, at most once per `refresh_min`: a storm of forged key ids causes no storm of fetches. An old key is
// honoured as long as it is published, and after a failed refresh the last good keys stay in force. Verified
// tokens are kept, by the SHA-256 of the token, until they expire or the keys change; the few shown last as
// they are.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "identity/principal.hpp"
#include "runtime/awaitable.hpp"

namespace gatehouse::identity {

struct TokenVerifierOptions {
  std::string issuer;              // must equal `iss`, byte for byte
  std::chrono::seconds leeway{5};  // clock skew between our own roles
  std::chrono::seconds refresh_min{10};
  std::chrono::seconds refresh_max{300};  // keys are fetched again at least this often
  std::size_t tokens_max = 10'000;        // verified tokens kept
};

// One verified token: what it said, and until when it may be believed.
struct VerifiedToken {
  Principal principal;
  json::object claims;
  core::SystemTime expires_at;
};

class TokenVerifier {
 public:
  // Answers with the JWKS document.
  using FetchKeys = std::function<Awaitable<Result<std::string>>()>;

  TokenVerifier(TokenVerifierOptions options, const core::Clock& clock, FetchKeys fetch_keys);
  ~TokenVerifier();

  // From the cache, without suspending and without a coroutine: null if the token is not there.
  [[nodiscard]] std::shared_ptr<const VerifiedToken> find(std::string_view token);
  // `unauthenticated` with crypto::verify_jwt's reasons; `unavailable`/"keys_unavailable" if no key was ever
  // had.
  // "session_ended" if end_sessions() has named its session.
  [[nodiscard]] Awaitable<Result<std::shared_ptr<const VerifiedToken>>> verify(std::string_view token);

  // From now on, and for as long as `keep` says, tokens with such a `sid` are refused, also those that were
  // verified before.
  void end_sessions(const std::vector<std::string>& ids, std::chrono::seconds keep);
  // False while no token was ever asked about: then there is nothing to end.
  [[nodiscard]] bool has_keys() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::identity
