#include "services/auth/store_watch.hpp"

#include "telemetry/log.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::auth {

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{5'000};
constexpr resilience::RetryPolicy kAgain{.base = std::chrono::milliseconds{200},
                                         .cap = std::chrono::milliseconds{5'000}};
constexpr int kDoublingsMax = 16;

bool may_pass(const Error& error) {
  return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::timeout;
}

}  // namespace

Awaitable<Result<void>> StoreWatch::look() {
  auto found = co_await stores_.probe();
  if (found && !is_begun_) {
    found = co_await on_first_answer_();
    is_begun_ = found.has_value();
  }
  note(found);
  if (!found && !may_pass(found.error())) co_return found;
  co_return Result<void>{};
}

Awaitable<> StoreWatch::run() {
  while (true) {
    const auto wait =
        state_ ? kBetweenLooks : kAgain.delay(std::min(failures_, kDoublingsMax), telemetry::fast_random01());
    if (const auto slept = co_await runtime::sleep_for(wait); !slept) co_return;
    const auto hopeless = co_await look();
    (void)hopeless;  // the log has it; the role stays up and says so in its readiness
  }
}

void StoreWatch::note(const Result<void>& found) {
  const bool was_ready = state_.has_value();
  const bool is_other = !found && (was_ready || state_.error().reason != found.error().reason);
  if (found && !was_ready) log::info("store-ready", "the store answers");
  if (is_other)
    log::warn("store-unavailable", "the store cannot be used; the role is not ready and keeps trying",
              {log::field(found.error())});
  failures_ = found ? 0 : failures_ + 1;
  state_ = found;
}

}  // namespace gatehouse::auth
