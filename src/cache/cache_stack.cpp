#include "cache/cache_stack.hpp"

namespace gatehouse::cache {
namespace {

constexpr Millis kStopTime{2'000};

}  // namespace

CacheStack::CacheStack(runtime::Executor executor, const core::Clock& clock, std::size_t entries_max)
    : near_(clock, {.entries_max = entries_max}),
      invalidation_(std::make_unique<LocalInvalidation>(hub_, executor)) {}

Result<std::unique_ptr<CacheStack>> CacheStack::open(runtime::Executor executor, const core::Clock& clock,
                                                     CacheStackSettings settings) {
  std::unique_ptr<CacheStack> stack(new CacheStack(executor, clock, settings.entries_max));
  if (!settings.redis) return stack;
  auto redis = storage::redis::open(executor, *settings.redis, settings.client_name);
  if (!redis) return fail(redis);
  stack->redis_ = std::move(*redis);
  stack->invalidation_ = std::make_unique<RedisTracking>(*stack->redis_, settings.prefix);
  stack->far_ =
      std::make_unique<RedisCache>(*stack->redis_, clock, RedisCacheLimits{.prefix = settings.prefix});
  stack->both_ = std::make_unique<TwoLevelCache>(stack->near_, *stack->far_, *stack->invalidation_);
  stack->redis_->start();
  return stack;
}

Cache& CacheStack::cache() {
  if (both_) return *both_;
  return near_;
}

Awaitable<> CacheStack::stop() {
  if (!redis_) co_return;
  (void)co_await redis_->stop(Deadline::after(kStopTime));  // whether or not it said goodbye, we go
}

}  // namespace gatehouse::cache
