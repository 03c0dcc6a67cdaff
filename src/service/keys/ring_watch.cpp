#include "service/keys/ring_watch.hpp"

#include "runtime/timer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

namespace log = telemetry::log;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLoadTime{10'000};
constexpr milliseconds kLookEvery{1'000};

}  // namespace

RingWatch::RingWatch(std::string ring, std::unique_ptr<KeyProvider> provider, const core::Clock& clock,
                     telemetry::Metrics& metrics)
    : ring_(std::move(ring)),
      provider_(std::move(provider)),
      clock_(clock),
      current_(metrics.gauge("key_ring_current_version", "The version that new rows are written with.",
                             {{"ring", ring_}})),
      newest_(metrics.gauge("key_ring_newest_version", "The newest version that this instance can read.",
                            {{"ring", ring_}})) {}

void RingWatch::show(const crypto::KeyRing& ring) {
  current_.set(ring.current());
  newest_.set(ring.newest());
}

Awaitable<Result<std::shared_ptr<const crypto::LiveKeyRing>>> RingWatch::start() {
  stamp_ = provider_->stamp();
  loaded_at_ = clock_.steady_now();
  auto loaded = co_await provider_->load(Deadline::after(kLoadTime));
  if (!loaded && loaded.error().kind != ErrorKind::unavailable) co_return fail(loaded);
  std::shared_ptr<const crypto::KeyRing> ring;
  if (loaded) {
    show(*loaded);
    ring = std::make_shared<const crypto::KeyRing>(std::move(*loaded));
  } else {
    log::error("key-ring-locked", "the key ring cannot be had yet: not ready until it can",
               {log::field("ring", ring_), log::field(loaded.error())});
  }
  live_ = std::make_shared<crypto::LiveKeyRing>(std::move(ring));
  co_return live_;
}

Awaitable<Result<void>> RingWatch::look() {
  std::string stamp = provider_->stamp();
  const auto asked_at = clock_.steady_now();
  const milliseconds valid_for = provider_->valid_for();
  const bool can_age = valid_for.count() > 0;
  const bool is_changed = stamp != stamp_ || live_->snapshot() == nullptr;
  if (!is_changed && !(can_age && age() >= valid_for / 2)) co_return Result<void>{};
  auto loaded = co_await provider_->load(Deadline::after(kLoadTime));
  if (!loaded && loaded.error().kind == ErrorKind::cancelled) co_return fail(loaded);
  if (!loaded) {
    const bool is_over = can_age && age() >= valid_for;
    if (is_over) live_->lock();
    log::error("key-ring-reload", "the key ring cannot be loaded",
               {log::field("ring", ring_), log::field("is_locked", is_over), log::field(loaded.error())});
    co_return Result<void>{};
  }
  if (is_changed) {
    log::info("key-ring-reload", "a key ring is in force",
              {log::field("ring", ring_), log::field("version", loaded->current()),
               log::field("newest", loaded->newest())});
  }
  show(*loaded);
  live_->replace(std::move(*loaded));
  stamp_ = std::move(stamp);
  loaded_at_ = asked_at;
  co_return Result<void>{};
}

Awaitable<> RingWatch::run() {
  for (;;) {
    if (const auto slept = co_await runtime::sleep_for(kLookEvery); !slept) co_return;
    if (const auto looked = co_await look(); !looked) co_return;
  }
}

}  // namespace gatehouse::service
