#include "gateway/store/refusal.hpp"

#include <fmt/format.h>

#include "gateway/schema/lua_text.hpp"
#include "gateway/schema/schema.hpp"

namespace gatehouse::gateway::store {
namespace {

using schema::lua_text;

Refusal coded(unsigned status, int code, std::string_view name, std::string_view message,
              json::object fields = {}) {
  json::object body{{"code", code}, {"name", name}, {"message", message}};
  if (!fields.empty()) body["fields"] = std::move(fields);
  return {.status = status, .body = std::move(body)};
}

}  // namespace

Refusal schema_violation(json::object violations) {
  const std::string message = schema::violation_message(violations);
  return coded(400, 2, "schema violation", message, std::move(violations));
}

Refusal primary_key_violation(std::string_view id) {
  const json::object key{{"id", id}};
  return coded(400, 3, "primary key violation",
               fmt::format("primary key violation on key '{}'", lua_text(key)), key);
}

Refusal missing_reference(std::string_view field, std::string_view id, std::string_view referred_type) {
  const json::object key{{"id", id}};
  return coded(400, 4, "foreign key violation",
               fmt::format("the foreign key '{}' does not reference an existing '{}' entity.", lua_text(key),
                           referred_type),
               {{field, key}});
}

Refusal still_referenced(std::string_view type, std::string_view by_type) {
  return coded(400, 4, "foreign key violation",
               fmt::format("an existing '{}' entity references this '{}' entity", by_type, type),
               {{"@referenced_by", by_type}});
}

Refusal unique_violation(json::object key) {
  const std::string message = fmt::format("UNIQUE violation detected on '{}'", lua_text(key));
  return coded(409, 5, "unique constraint violation", message, std::move(key));
}

Refusal invalid_offset(std::string_view offset, std::string_view why) {
  return coded(400, 7, "invalid offset", fmt::format("'{}' is not a valid offset: {}", offset, why));
}

Refusal invalid_size(std::string_view why) {
  return coded(400, 9, "invalid size", why);
}

Refusal invalid_option(std::string_view option, std::string_view why) {
  Refusal refusal = coded(400, 11, "invalid options", fmt::format("invalid option ({}: {})", option, why));
  refusal.body["options"] = {{option, why}};
  return refusal;
}

Refusal unresolved_reference(std::string_view field, std::string_view by, std::string_view value,
                             std::string_view referred_type) {
  const std::string text =
      fmt::format("the foreign key cannot be resolved with '{}' for an existing '{}' entity",
                  lua_text(json::object{{by, value}}), referred_type);
  return coded(400, 13, "foreign keys unresolved",
               fmt::format("foreign key unresolved ({}.{}: {})", field, by, text), {{field, {{by, text}}}});
}

Refusal ca_certificate_in_use(std::string_view id, std::string_view by_type, std::string_view by_id) {
  return coded(400, 19, "referenced by others",
               fmt::format("ca certificate {} is still referenced by {} (id = {})", id, by_type, by_id));
}

Refusal refusal(unsigned status, std::string_view message) {
  return {.status = status, .body = {{"message", message}}};
}
Refusal not_found() {
  return refusal(404, "Not found");
}
Refusal method_not_allowed() {
  return refusal(405, "Method not allowed");
}

Refusal unexpected(Error cause) {
  Refusal refused = refusal(500, "An unexpected error occurred");
  refused.cause = std::move(cause);
  return refused;
}

Refusal not_stored(Error cause) {
  const bool is_cut_off = cause.kind == ErrorKind::cancelled;  // the gateway stops
  if (!is_cut_off && cause.kind != ErrorKind::unavailable && cause.kind != ErrorKind::timeout)
    return unexpected(std::move(cause));
  const bool is_unknown =
      is_cut_off || cause.reason == "postgres_commit_unknown" || cause.reason == "worker_gone";
  Refusal refused = refusal(
      503, fmt::format("the configuration store cannot be used now ({}); {}", cause.reason,
                       is_unknown ? "whether the change was made is not known: look before you repeat it"
                                  : "nothing was changed"));
  refused.cause = std::move(cause);
  return refused;
}

}  // namespace gatehouse::gateway::store
