#include "services/auth/settings.hpp"

#include <algorithm>
#include <unistd.h>

#include "core/fields.hpp"

namespace gatehouse::auth {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::size_t cores() {
  return static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

// Reads the object of that name with `read(Fields&)`, if it is there.
template <class Read>
Result<void> read_group(Fields& fields, std::string_view name, Read read) {
  const json::object* object = fields.maybe_object(name);
  if (object == nullptr) return {};
  Fields inner{*object, fields.path_of(name)};
  read(inner);
  return inner.finish();
}

template <class Int>
void read_int(Fields& fields, std::string_view name, Int& value, core::IntRange range) {
  value = static_cast<Int>(fields.optional_int(name, static_cast<std::int64_t>(value), range));
}

void read_seconds(Fields& fields, std::string_view name, seconds& value) {
  value = std::chrono::duration_cast<seconds>(fields.optional_duration(name, value));
  if (value < seconds{1}) fields.reject(name, "must be at least 1s");
}

void read_hashing(Fields& fields, Settings& settings) {
  read_int(fields, "memory_kib", settings.hash_cost.memory_kib, {8, 1'048'576});
  read_int(fields, "iterations", settings.hash_cost.iterations, {1, 100});
  read_int(fields, "parallelism", settings.hash_cost.parallelism, {1, 64});
  read_int(fields, "threads", settings.hashing.threads, {1, 256});
  read_int(fields, "queue_max", settings.hashing.queue_max, {1, 100'000});
}

void read_password(Fields& fields, Settings& settings) {
  read_int(fields, "bytes_min", settings.password.bytes_min, {8, 128});
}

void read_lockout(Fields& fields, Settings& settings) {
  read_int(fields, "failures_free", settings.lockout.failures_free, {0, 1000});
  read_seconds(fields, "first_wait", settings.lockout.first_wait);
  read_seconds(fields, "longest_wait", settings.lockout.longest_wait);
  read_seconds(fields, "forget_after", settings.lockout.forget_after);
}

void read_addresses(Fields& fields, Settings& settings) {
  read_int(fields, "failures", settings.addresses.failures, {1, 1'000'000});
  read_seconds(fields, "one_back_every", settings.addresses.one_back_every);
  read_int(fields, "addresses_max", settings.addresses.addresses_max, {1, 10'000'000});
}

Result<void> read_redis(Fields& fields, const service::Config& config, PersonCacheSettings& cache) {
  const json::object* object = fields.maybe_object("redis");
  if (object == nullptr) return {};
  const auto read_secret = [&config](const std::string& name) { return config.secret(name); };
  auto redis = storage::redis::Options::from_json(*object, fields.path_of("redis"), read_secret);
  if (!redis) return fail(redis);
  cache.redis = std::move(*redis);
  return {};
}

Result<void> read_cache(Fields& fields, const service::Config& config, PersonCacheSettings& cache) {
  const json::object* object = fields.maybe_object("person_cache");
  if (object == nullptr) return {};
  Fields inner{*object, fields.path_of("person_cache")};
  cache.ttl = inner.optional_duration("ttl", cache.ttl);
  read_int(inner, "entries_max", cache.entries_max, {1, 10'000'000});
  if (auto read = read_redis(inner, config, cache); !read) return read;
  return inner.finish();
}

}  // namespace

Result<Settings> settings_of(const service::Config& config) {
  Fields fields{config.settings, "settings"};
  Settings settings;
  settings.hashing.threads = cores();
  auto store = store_settings_of(fields, config);
  if (!store) return fail(store);
  settings.store = std::move(*store);
  auto keys = key_settings_of(fields, config, settings.store);
  if (!keys) return fail(keys);
  settings.subject_keys = std::move(*keys);
  settings.realm_import = fields.optional_text("realm_import", "", {.bytes_min = 0, .bytes_max = 4096});
  const auto group = [&](std::string_view name, auto read) {
    return read_group(fields, name, [&](Fields& inner) { read(inner, settings); });
  };
  Result<void> read = group("password_hash", read_hashing);
  if (read) read = group("password", read_password);
  if (read) read = group("lockout", read_lockout);
  if (read) read = group("addresses", read_addresses);
  if (read) read = read_cache(fields, config, settings.person_cache);
  fields.ignore("field_keys");  // service/keys reads it
  if (read) read = fields.finish();
  if (!read) return fail(read);
  return settings;
}

}  // namespace gatehouse::auth
