#include "cache/redis_cache.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::cache {
namespace {

using storage::redis::Reply;

// What is stored: "<version> <load took, ms> <kind> <value>". Kinds: v a value, n known not to exist, e
// erased.
constexpr std::string_view kGet = R"lua(
local text = redis.call('GET', KEYS[1])
if not text then return false end
return {text, redis.call('PTTL', KEYS[1])}
)lua";

// ARGV: version, text, TTL in milliseconds. 0: something newer is there.
constexpr std::string_view kPut = R"lua(
local known = tonumber(string.match(redis.call('GETRANGE', KEYS[1], 0, 20), '^(%-?%d+) '))
if known and known > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
)lua";

// The same arguments; what has this version already may stay.
constexpr std::string_view kErase = R"lua(
local known = tonumber(string.match(redis.call('GETRANGE', KEYS[1], 0, 20), '^(%-?%d+) '))
if known and known >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
)lua";

constexpr int kPaidPerCall = 16;

std::vector<std::string> erase_arguments(std::int64_t version) {
  return {std::to_string(version), fmt::format("{} 0 e ", version), std::to_string(kEraseMemory.count())};
}

std::string written(const Entry& entry) {
  return fmt::format("{} {} {} {}", entry.version, entry.load_took.count(), entry.value ? 'v' : 'n',
                     entry.value ? std::string_view(*entry.value) : std::string_view());
}

// Nothing for an erased entry, and for a text that is not ours.
std::optional<Entry> read(std::string_view text, Millis ttl) {
  const auto version_and_rest = core::cut(text, ' ');
  if (!version_and_rest) return std::nullopt;
  const auto took_and_rest = core::cut(version_and_rest->second, ' ');
  if (!took_and_rest || took_and_rest->second.size() < 2) return std::nullopt;
  const auto version = core::parse_int<std::int64_t>(version_and_rest->first);
  const auto took = core::parse_int<std::int64_t>(took_and_rest->first);
  const char kind = took_and_rest->second.front();
  if (!version || !took || (kind != 'v' && kind != 'n')) return std::nullopt;
  Entry entry{.version = *version, .ttl = ttl, .load_took = Millis{*took}};
  if (kind == 'v') entry.value = took_and_rest->second.substr(2);
  return entry;
}

}  // namespace

RedisCache::RedisCache(storage::redis::Redis& redis, const core::Clock& clock, RedisCacheLimits limits)
    : redis_(redis), clock_(clock), limits_(std::move(limits)), breaker_(limits_.breaker) {}

Awaitable<Result<Reply>> RedisCache::call(std::string_view script, std::string key, Arguments arguments) {
  const std::string full_key = limits_.prefix + key;
  const std::string_view keys[] = {full_key};
  const std::vector<std::string_view> views(arguments.begin(), arguments.end());
  co_return co_await redis_.eval(script, keys, views, Deadline::after(limits_.time_max));
}

Awaitable<Result<Reply>> RedisCache::call_if_well(std::string_view script, std::string key,
                                                  Arguments arguments) {
  co_await pay();
  auto permit = breaker_.allow(clock_.steady_now());
  if (!permit) co_return fail(permit);
  Result<Reply> reply = co_await call(script, std::move(key), std::move(arguments));
  if (reply) {
    permit->succeeded(clock_.steady_now());
  } else if (reply.error().kind != ErrorKind::cancelled) {
    permit->failed(clock_.steady_now());
  }
  co_return reply;
}

Awaitable<Result<std::optional<Entry>>> RedisCache::get(std::string key) {
  const Result<Reply> reply = co_await call_if_well(kGet, std::move(key), {});
  if (!reply) co_return fail(reply);
  if (reply->elements.size() != 2 || reply->elements[1].integer <= 0) co_return std::optional<Entry>{};
  co_return read(reply->elements[0].text, Millis{reply->elements[1].integer});
}

Awaitable<Result<bool>> RedisCache::put(std::string key, Entry entry) {
  if (entry.ttl <= Millis::zero()) co_return true;  // already over; Redis refuses PX 0
  std::vector<std::string> arguments{std::to_string(entry.version), written(entry),
                                     std::to_string(entry.ttl.count())};
  const Result<Reply> reply = co_await call_if_well(kPut, std::move(key), std::move(arguments));
  if (!reply) co_return fail(reply);
  co_return reply->integer == 1;
}

Awaitable<Result<void>> RedisCache::erase(std::string key, std::int64_t version) {
  const Result<Reply> reply = co_await call(kErase, key, erase_arguments(version));
  if (reply) co_return Result<void>{};
  owe(key, version);
  co_return fail(reply);
}

void RedisCache::owe(const std::string& key, std::int64_t version) {
  if (owed_.size() >= limits_.owed_max && !owed_.contains(key)) return;
  auto& known = owed_[key];
  known = std::max(known, version);
}

// Some at a time: this is on the path of a request.
Awaitable<> RedisCache::pay() {
  for (int paid = 0; paid < kPaidPerCall && !owed_.empty() && redis_.is_connected(); ++paid) {
    const auto [key, version] = *owed_.begin();
    owed_.erase(owed_.begin());
    const Result<Reply> reply = co_await call(kErase, key, erase_arguments(version));
    if (!reply) co_return owe(key, version);
  }
}

}  // namespace gatehouse::cache
