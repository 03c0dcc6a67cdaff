#include "services/auth/person_cache.hpp"

namespace gatehouse::auth {

namespace {

std::unique_ptr<cache::CacheStack> open_stack(service::Service& service,
                                              const PersonCacheSettings& settings) {
  auto stack = cache::CacheStack::open(service.worker().executor(), service.clock(),
                                       {.entries_max = settings.entries_max,
                                        .redis = settings.redis,
                                        .prefix = "gatehouse:auth:",
                                        .client_name = service.config().instance});
  if (!stack) throw service::StartError(stack.error());
  return std::move(*stack);
}

}  // namespace

PersonCache::PersonCache(service::Service& service, const PersonCacheSettings& settings)
    : stack_(open_stack(service, settings)),
      read_through_("person", stack_->cache(), stack_->invalidation(), service.clock(), service.metrics()) {
  service.on_stop([stack = stack_.get()] { return stack->stop(); });
}

}  // namespace gatehouse::auth
