#include "net/watchdog.hpp"

namespace gatehouse::net {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::milliseconds kSweepInterval{50};
}

asio::execution_context::id Watchdog::id;

Watchdog::Watchdog(asio::execution_context& context)
    : service(context), timer_(static_cast<asio::io_context&>(context).get_executor()) {}

Watchdog& Watchdog::of(runtime::Executor executor) {
  return asio::use_service<Watchdog>(executor.context());
}

Watchdog::Entry::~Entry() {
  if (watchdog_ != nullptr) watchdog_->forget(*this);
}

void Watchdog::watch(Entry& entry) {
  entry.watchdog_ = this;
  entry.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &entry;
  first_ = &entry;
  if (!is_armed_) sweep_later();
}

void Watchdog::forget(Entry& entry) {
  if (entry.previous_ != nullptr) entry.previous_->next_ = entry.next_;
  if (entry.next_ != nullptr) entry.next_->previous_ = entry.previous_;
  if (first_ == &entry) first_ = entry.next_;
  entry.watchdog_ = nullptr;
  entry.previous_ = entry.next_ = nullptr;
}

void Watchdog::shutdown() {
  is_shut_down_ = true;
  timer_.cancel();
}

// Armed only while something is watched: an idle loop can end.
void Watchdog::sweep_later() {
  if (is_shut_down_) return;
  is_armed_ = true;
  timer_.expires_after(kSweepInterval);
  timer_.async_wait([this](boost::system::error_code error) {
    is_armed_ = false;
    if (!error) sweep();
  });
}

void Watchdog::sweep() {
  const auto now = std::chrono::steady_clock::now();
  for (Entry* entry = first_; entry != nullptr;) {
    Entry* const next = entry->next_;  // expire() only cancels: nothing runs, and nothing leaves, in here
    if (entry->expires_at <= now) {
      entry->expires_at = core::SteadyTime::max();
      entry->expire();
    }
    entry = next;
  }
  if (first_ != nullptr) sweep_later();
}

}  // namespace gatehouse::net
