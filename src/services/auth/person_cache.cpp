#include "services/auth/person_cache.hpp"

namespace gatehouse::auth {

namespace {

constexpr std::chrono::milliseconds kStopTime{2'000};

Awaitable<> stop_client(storage::redis::Client& client) {
  const bool stopped = co_await client.stop(Deadline::after(kStopTime));
  (void)stopped;  // whether or not Redis said goodbye, we go
}

}  // namespace

PersonCache::PersonCache(service::Service& service, const PersonCacheSettings& settings,
                         Secret redis_password)
    : near_(service.clock(), {.entries_max = settings.entries_max}) {
  cache::Cache* cache = &near_;
  if (settings.redis) {
    join_redis(service, *settings.redis, std::move(redis_password));
    both_ = std::make_unique<cache::TwoLevelCache>(near_, *far_, *invalidation_);
    cache = both_.get();
  } else {
    invalidation_ = std::make_unique<cache::LocalInvalidation>(hub_, service.worker().executor());
  }
  read_through_ = std::make_unique<cache::ReadThrough>("person", *cache, *invalidation_, service.clock(),
                                                       service.metrics());
  if (redis_) redis_->start();
}

void PersonCache::join_redis(service::Service& service, const RedisSettings& settings, Secret password) {
  storage::redis::Settings connection;
  connection.host = settings.host;
  connection.port = settings.port;
  connection.password = std::move(password);
  connection.client_name = service.config().instance;
  redis_ = std::make_unique<storage::redis::Client>(service.worker().executor(), std::move(connection));
  invalidation_ = std::make_unique<cache::RedisInvalidation>(*redis_);
  far_ = std::make_unique<cache::RedisCache>(*redis_, service.clock());
  service.on_stop([this] { return stop_client(*redis_); });
}

}  // namespace gatehouse::auth
