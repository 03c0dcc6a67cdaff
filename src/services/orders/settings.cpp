// Reads the settings: see settings.hpp.
#include "services/orders/settings.hpp"

#include <fmt/format.h>

#include "core/fields.hpp"

namespace gatehouse::orders {
namespace {

using std::chrono::milliseconds;

// Reads the object of that name with `read(Fields&)`, if it is there.
template <class Read>
Result<void> read_group(Fields& fields, std::string_view name, Read read) {
  const json::object* object = fields.maybe_object(name);
  if (object == nullptr) return {};
  Fields inner{*object, fields.path_of(name)};
  read(inner);
  return inner.finish();
}

void read_duration(Fields& fields, std::string_view name, milliseconds& value, milliseconds min) {
  value = fields.optional_duration(name, value);
  if (value < min) fields.reject(name, fmt::format("must be at least {}ms", min.count()));
}

void read_count(Fields& fields, std::string_view name, std::size_t& value, std::int64_t max) {
  value = static_cast<std::size_t>(
      fields.optional_int(name, static_cast<std::int64_t>(value), {.min = 1, .max = max}));
}

void read_order(Fields& fields, Settings& settings) {
  read_count(fields, "items_max", settings.place.order.lines_max, 1'000);
  settings.place.order.quantity_max =
      fields.optional_int("quantity_max", settings.place.order.quantity_max, {.min = 1, .max = 1'000'000});
  milliseconds kept = settings.place.keys_kept;
  read_duration(fields, "idempotency_keys_kept", kept, std::chrono::hours{24});
  settings.place.keys_kept = std::chrono::floor<std::chrono::hours>(kept);
  settings.housekeeping.kept = settings.place.keys_kept;
}

void read_saga(Fields& fields, Settings& settings) {
  read_count(fields, "runs_max", settings.worker.runs_max, 10'000);
  read_duration(fields, "poll", settings.worker.poll, milliseconds{10});
  read_duration(fields, "call_timeout", settings.saga.call_timeout, milliseconds{100});
  read_duration(fields, "lease", settings.saga.lease, milliseconds{1'000});
  if (settings.saga.lease < settings.saga.call_timeout * 2) {
    fields.reject("lease", "must be at least twice call_timeout");
  }
}

Result<void> read_cache(Fields& fields, const service::Config& config, Settings& settings) {
  const json::object* object = fields.maybe_object("product_cache");
  if (object == nullptr) return {};
  Fields inner{*object, fields.path_of("product_cache")};
  read_duration(inner, "ttl", settings.product_cache_ttl, milliseconds{1});
  read_count(inner, "entries_max", settings.product_cache_entries_max, 10'000'000);
  if (const json::object* redis = inner.maybe_object("redis"); redis != nullptr) {
    const auto read_secret = [&config](const std::string& name) { return config.secret(name); };
    auto options = storage::redis::Options::from_json(*redis, inner.path_of("redis"), read_secret);
    if (!options) return fail(options);
    settings.product_cache_redis = std::move(*options);
  }
  return inner.finish();
}

Result<void> read_subscribers(Fields& fields, Settings& settings) {
  const json::array* list = fields.maybe_array("subscribers");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const std::string path = fmt::format("{}[{}]", fields.path_of("subscribers"), i);
    const json::object* object = list->at(i).if_object();
    if (object == nullptr) return refuse(ErrorKind::invalid, "invalid_field", path + ": must be an object");
    Fields inner{*object, path};
    SubscriberSettings subscriber{inner.required_text("name", {.bytes_max = 64}),
                                  inner.required_text("service", {.bytes_max = 64}),
                                  inner.required_text("path", {.bytes_max = 256})};
    if (!is_sku(subscriber.name)) inner.reject("name", "must be made of letters, digits and . _ -");
    if (!subscriber.path.starts_with('/')) inner.reject("path", "must begin with /");
    if (auto complete = inner.finish(); !complete) return complete;
    settings.subscribers.push_back(std::move(subscriber));
  }
  return {};
}

}  // namespace

Result<Settings> settings_of(const service::Config& config) {
  Fields fields{config.settings, "settings"};
  Settings settings;
  const auto read_secret = [&config](std::string_view name) { return config.secret(name); };
  auto store = service::read_sql_store(fields, {config.data_dir / "orders.db"}, read_secret);
  if (!store) return fail(store);
  settings.store = std::move(*store);
  settings.products = fields.optional_text("products", "", {.bytes_min = 0, .bytes_max = 4096});
  settings.payments_service = fields.optional_text("payments_service", settings.payments_service);
  const auto group = [&](std::string_view name, auto read) {
    return read_group(fields, name, [&](Fields& inner) { read(inner, settings); });
  };
  Result<void> read = group("order", read_order);
  if (read) read = group("saga", read_saga);
  if (read) read = read_cache(fields, config, settings);
  if (read) read = read_subscribers(fields, settings);
  fields.ignore("field_keys");  // service/keys reads it
  if (read) read = fields.finish();
  if (!read) return fail(read);
  return settings;
}

}  // namespace gatehouse::orders
