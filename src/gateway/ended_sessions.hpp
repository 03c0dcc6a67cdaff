// Who has logged out, or was logged out, is refused at once and not when his access token ends: a worker asks
// the auth server twice a second which sessions have ended since. While that cannot be asked, tokens are good
// until they end by themselves, five minutes at most.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "identity/token_verifier.hpp"
#include "service/peers.hpp"

namespace gatehouse::gateway {

class EndedSessions {
 public:
  EndedSessions(service::Peers& peers, identity::TokenVerifier& tokens, std::string_view issuer);

  // Until it is cancelled.
  [[nodiscard]] Awaitable<> follow();

 private:
  [[nodiscard]] Awaitable<Result<void>> ask();
  void report(const Result<void>& asked);

  service::Peers& peers_;
  identity::TokenVerifier& tokens_;
  std::string target_;      // of the request, without the time; empty: the issuer has no realm
  std::int64_t since_ = 0;  // Unix milliseconds, by the auth server's clock
  bool is_silent_ = false;  // it does not answer
};

}  // namespace gatehouse::gateway
