// The configuration of rate-limiting: its schema as Kong states it, and its reading.
#include <cmath>

#include <fmt/format.h>

#include "gateway/json_fields.hpp"
#include "gateway/plugins/rate_limiting.hpp"
#include "gateway/schema/formats.hpp"

namespace gatehouse::gateway::plugins {
namespace {

// "The limit for hour(1.0) cannot be lower than the limit for second(5.0)"
schema::Complaint grow_with_their_period(const json::object& plugin) {
  const auto* config = plugin.if_contains("config");
  if (config == nullptr || !config->is_object()) return std::nullopt;
  std::string_view smaller;
  double least = 0;
  for (const auto name : kPeriodNames) {
    const double limit = number_at(config->get_object(), name, 0);
    if (limit <= 0) continue;
    if (!smaller.empty() && limit < least) {
      return fmt::format("The limit for {}({:.1f}) cannot be lower than the limit for {}({:.1f})", name,
                         limit, smaller, least);
    }
    smaller = name;
    least = limit;
  }
  return std::nullopt;
}

LimitBy limit_by_of(std::string_view text) {
  if (text == "credential") return LimitBy::credential;
  if (text == "ip") return LimitBy::ip;
  if (text == "service") return LimitBy::service;
  if (text == "header") return LimitBy::header;
  if (text == "path") return LimitBy::path;
  return LimitBy::consumer;
}

}  // namespace

Result<RateLimitingConfig> RateLimitingConfig::from_json(const json::object& object) {
  RateLimitingConfig config;
  Fields fields{object};
  bool has_limit = false;
  for (std::size_t period = 0; period < kPeriods; ++period) {
    config.limits[period] = static_cast<std::uint64_t>(std::ceil(number_at(object, kPeriodNames[period], 0)));
    has_limit = has_limit || config.limits[period] > 0;
  }
  if (!has_limit) fields.reject("second", "at least one limit must be set");
  config.limit_by = limit_by_of(fields.optional_text("limit_by", "consumer"));
  config.header_name = fields.optional_text("header_name", "");
  config.path = fields.optional_text("path", "");
  config.kept =
      fields.optional_text("policy", "local") == "redis" ? CountsKept::in_redis : CountsKept::locally;
  config.fault_tolerant = fields.optional_flag("fault_tolerant", config.fault_tolerant);
  config.hide_client_headers = fields.optional_flag("hide_client_headers", config.hide_client_headers);
  config.error_code = static_cast<unsigned>(number_at(object, "error_code", config.error_code));
  config.error_message = fields.optional_text("error_message", config.error_message);
  if (const auto* record = fields.maybe_object("redis"); record != nullptr) {
    auto redis = RedisServer::from_json(*record);
    if (!redis) return fail(redis);
    config.redis = std::move(*redis);
  }
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return config;
}

PluginType rate_limiting_type() {
  using namespace schema;
  const auto limit = [](std::string_view name) { return number(name, {.greater_than = 0}); };
  return {
      .name = "rate-limiting",
      .priority = 910,
      .config = {.fields = {limit("second"), limit("minute"), limit("hour"), limit("day"), limit("month"),
                            limit("year"),
                            text("limit_by",
                                 {.fallback = "consumer",
                                  .one_of = {"consumer", "credential", "ip", "service", "header", "path"}}),
                            text("header_name", {.check = formats::header_name}),
                            text("path", {.check = formats::path}),
                            text("policy", {.fallback = "local", .one_of = {"local", "cluster", "redis"}}),
                            boolean("fault_tolerant", {.required = true, .fallback = true}), redis_field(),
                            boolean("hide_client_headers", {.required = true, .fallback = false}),
                            number("error_code", {.fallback = 429, .greater_than = 0}),
                            text("error_message", {.fallback = "API rate limit exceeded"}),
                            number("sync_rate", {.required = true, .fallback = -1})},
                 .checks = {at_least_one_of({"config.second", "config.minute", "config.hour", "config.day",
                                             "config.month", "config.year"}),
                            field_check("config", grow_with_their_period),
                            when("config.policy", {"redis"}).require("config.redis.host"),
                            when("config.policy", {"redis"}).require("config.redis.port"),
                            when("config.policy", {"redis"}).require("config.redis.timeout"),
                            when("config.limit_by", {"header"}).require("config.header_name"),
                            when("config.limit_by", {"path"}).require("config.path")},
                 .shorthands = redis_shorthands()}};
}

}  // namespace gatehouse::gateway::plugins
