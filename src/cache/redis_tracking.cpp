#include "cache/redis_tracking.hpp"

namespace gatehouse::cache {
namespace {

using storage::redis::Reply;

void tell(const std::vector<Invalidation::Listener>& listeners, const Change& change) {
  for (const auto& listener : listeners) listener(change);
}

// {"invalidate", [keys]}, or {"invalidate", null} after a flush.
void hear(const Reply& push, std::string_view prefix, const std::vector<Invalidation::Listener>& listeners) {
  if (push.elements.size() != 2 || push.elements[0].text != "invalidate") return;
  if (push.elements[1].is_null()) return tell(listeners, Change{});
  for (const Reply& key : push.elements[1].elements) {
    if (key.text.size() <= prefix.size() || !key.text.starts_with(prefix)) continue;
    tell(listeners, Change{.key = key.text.substr(prefix.size())});
  }
}

}  // namespace

RedisTracking::RedisTracking(storage::redis::Redis& redis, std::string prefix) : redis_(redis) {
  redis_.on_connect_send({"CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", prefix});
  redis_.on_push([listeners = listeners_, prefix = std::move(prefix)](const Reply& push) {
    hear(push, prefix, *listeners);
  });
  redis_.on_lost([listeners = listeners_] { tell(*listeners, Change{}); });
}

void RedisTracking::subscribe(Listener listener) {
  listeners_->push_back(std::move(listener));
}

Awaitable<Result<void>> RedisTracking::publish(std::string, std::int64_t) {
  co_return Result<void>{};
}

}  // namespace gatehouse::cache
