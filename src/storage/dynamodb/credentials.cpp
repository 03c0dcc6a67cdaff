#include "storage/dynamodb/credentials.hpp"

#include "telemetry/log.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

constexpr std::chrono::seconds kAskAgainAfter{10};

}  // namespace

Awaitable<Result<Credentials>> CachedCredentials::get(Deadline deadline) {
  const core::SystemTime now = clock_.now();
  const bool is_good = held_ && (!held_->expires_at || *held_->expires_at > now);
  const bool is_fresh = is_good && (!held_->expires_at || *held_->expires_at > now + kRenewAhead);
  if (is_fresh || (is_good && now < asked_again_at_)) co_return *held_;

  auto load = [this, deadline] { return source_->load(deadline); };
  auto loaded = co_await flight_.run("credentials", load, deadline);
  if (loaded) {
    held_ = *loaded;
    co_return loaded;
  }
  if (!is_good) co_return loaded;
  asked_again_at_ = now + kAskAgainAfter;
  log::warn("credentials-renewal", "will be tried again while the old credentials last",
            {log::field(loaded.error())});
  co_return *held_;
}

void CachedCredentials::forget(const std::string& access_key_id) {
  if (held_ && held_->access_key_id == access_key_id) held_.reset();
}

}  // namespace gatehouse::storage::dynamodb
