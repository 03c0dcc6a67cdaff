// What a request to AWS is signed with, and where it comes from. Sources are in credential_sources.hpp.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "resilience/single_flight.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::storage::dynamodb {

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;                        // of temporary credentials; else empty
  std::optional<core::SystemTime> expires_at;  // nothing: never
};

class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  // `unavailable`: the source cannot be reached now. `internal`/`bad_credentials`: it has none that are
  // whole.
  [[nodiscard]] virtual Awaitable<Result<Credentials>> load(Deadline deadline) = 0;
};

// Keeps what a source gave and asks it again before that expires. Concurrent callers share one question. One
// per worker.
class CachedCredentials {
 public:
  CachedCredentials(std::unique_ptr<CredentialSource> source, const core::Clock& clock)
      : source_(std::move(source)), clock_(clock) {}

  // While the old ones are still good, a source that fails does not matter.
  [[nodiscard]] Awaitable<Result<Credentials>> get(Deadline deadline);
  // The server did not take these: the next get() asks the source.
  void forget(const std::string& access_key_id);

  // Renewed when less than this is left: AWS's own SDKs begin five minutes ahead.
  static constexpr std::chrono::minutes kRenewAhead{5};

 private:
  std::unique_ptr<CredentialSource> source_;
  const core::Clock& clock_;
  std::optional<Credentials> held_;
  core::SystemTime asked_again_at_{};  // a source that fails is not asked with every request
  resilience::SingleFlight<Credentials> flight_;
};

}  // namespace gatehouse::storage::dynamodb
