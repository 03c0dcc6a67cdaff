// Implements the shared counts: one script per request, so that check and count are one step for all
// gateways.
#include "gateway/redis_counters.hpp"

#include "gateway/upstream/upstreams.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::gateway {
namespace {

constexpr std::string_view kClientName = "gatehouse-gateway";

// KEYS: one per limited period. ARGV: their limits, then their lifetimes in seconds. Gives the counts before.
constexpr std::string_view kTake = R"(
local used, full = {}, false
for i, key in ipairs(KEYS) do
  used[i] = tonumber(redis.call('GET', key) or '0')
  if used[i] >= tonumber(ARGV[i]) then full = true end
end
if not full then
  for i, key in ipairs(KEYS) do
    if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[#KEYS + i]) end
  end
end
return used
)";

Awaitable<> retire(std::shared_ptr<void> keeps, storage::redis::Redis& redis) {
  (void)co_await redis.stop(Deadline::after(std::chrono::seconds{1}));
  keeps.reset();
}

storage::redis::Certificates certificates_of(const RedisServer& server) {
  if (server.ssl_verify) return storage::redis::Certificates::verified;
  log::warn("redis-not-verified", "the certificate of Redis is taken on trust: ssl_verify is false",
            {log::field("server.address", server.host)});
  return storage::redis::Certificates::taken_on_trust;
}

Result<storage::redis::Settings> settings_of(const RedisServer& server, storage::redis::Address address) {
  storage::redis::Settings settings;
  settings.host = std::move(address.host);
  settings.port = address.port;
  if (!server.username.empty()) settings.user = server.username;
  settings.password = server.password;
  settings.database = server.database;
  settings.server_name = server.server_name.empty() ? server.host : server.server_name;
  settings.client_name = kClientName;
  settings.command_timeout = server.timeout;
  settings.connect_timeout = server.timeout;
  if (!server.ssl) return settings;
  auto tls = net::ClientTls::load({});
  if (!tls) return fail(tls);
  settings.tls = std::move(*tls);
  settings.certificates = certificates_of(server);
  return settings;
}

}  // namespace

RedisCounters::RedisCounters(runtime::Executor executor, discovery::Client& discovery, KnownServers known)
    : executor_(executor), discovery_(discovery), known_(std::move(known)), tasks_(executor) {}
RedisCounters::~RedisCounters() = default;

Awaitable<Result<RateCounts>> RedisCounters::take(const RedisServer& server, std::string scope,
                                                  std::string client, RateLimits limits,
                                                  core::SystemTime now) {
  const auto deadline = Deadline::after(server.timeout);
  const auto link = co_await link_to(server, deadline);
  if (!link) co_return fail(link);

  const auto starts = window_starts(limits, now);
  std::vector<std::string> texts;  // keys, then limits, then lifetimes
  std::vector<std::size_t> periods;
  for (std::size_t period = 0; period < kPeriods; ++period) {
    if (limits[period] != 0) periods.push_back(period);
  }
  for (const auto period : periods) texts.push_back(rate_key(scope, client, starts[period], period));
  for (const auto period : periods) texts.push_back(std::to_string(limits[period]));
  for (const auto period : periods) texts.push_back(std::to_string(kPeriodSeconds[period]));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto keys = std::span(views).first(periods.size());
  const auto arguments = std::span(views).subspan(periods.size());
  const auto reply = co_await (*link)->redis->eval(kTake, keys, arguments, deadline);
  if (!reply) co_return fail(reply);
  if (reply->elements.size() != periods.size()) {
    co_return fail(ErrorKind::bad_upstream, "redis_error", "an unexpected answer to the counting script");
  }
  RateCounts used{};
  for (std::size_t i = 0; i < periods.size(); ++i) {
    used[periods[i]] = static_cast<std::uint64_t>(std::max<std::int64_t>(0, reply->elements[i].integer));
  }
  co_return used;
}

Awaitable<Result<std::shared_ptr<RedisCounters::Link>>> RedisCounters::link_to(const RedisServer& server,
                                                                               Deadline deadline) {
  const auto label = server.label();
  if (!known_.contains(server.host) && may_be_discovered(server.host) && !links_.contains(label)) {
    (void)co_await discovery_.lookup(server.host, deadline.capped(std::chrono::seconds{1}));
  }
  auto address = address_of(server);
  auto& slot = links_[label];
  const bool is_other =
      slot && (slot->address != address ||
               !core::constant_time_equal(slot->password.reveal(), server.password.reveal()));
  if (is_other) {
    tasks_.spawn("redis-retire", retire(slot, *slot->redis));
    slot = nullptr;
  }
  if (!slot) {
    auto opened = open_link(server, std::move(address));
    if (!opened) co_return fail(opened);
    slot = std::move(*opened);
  }
  const auto link = slot;
  if (!link->has_waited && !link->redis->is_connected()) {
    const auto connected = co_await link->redis->wait_until_connected(deadline);
    link->has_waited = true;
    if (!connected) co_return fail(connected);
  }
  co_return link;
}

RedisCounters::Address RedisCounters::address_of(const RedisServer& server) const {
  const bool is_known = known_.contains(server.host);
  if (!is_known && may_be_discovered(server.host) && discovery_.knows(server.host)) {
    const auto instances = discovery_.find(server.host);
    if (!instances->empty()) return {.host = instances->front().address, .port = instances->front().port};
  }
  return {.host = server.host, .port = server.port};
}

Result<std::shared_ptr<RedisCounters::Link>> RedisCounters::open_link(const RedisServer& server,
                                                                      Address address) {
  auto link = std::make_shared<Link>(address, server.password);
  if (const auto known = known_.find(server.host); known != known_.end()) {
    auto redis = storage::redis::open(executor_, known->second, std::string(kClientName));
    if (!redis) return fail(redis);
    link->redis = std::move(*redis);
  } else {
    auto settings = settings_of(server, std::move(address));
    if (!settings) return fail(settings);
    link->redis = std::make_unique<storage::redis::Client>(executor_, std::move(*settings));
  }
  link->redis->start();
  return link;
}

Awaitable<> RedisCounters::stop(Deadline deadline) {
  for (auto& [label, link] : links_) (void)co_await link->redis->stop(deadline);
  links_.clear();
  (void)co_await tasks_.stop(deadline);
}

}  // namespace gatehouse::gateway
