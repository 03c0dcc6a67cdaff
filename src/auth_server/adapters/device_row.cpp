#include "auth_server/adapters/device_row.hpp"

#include <array>

#include "core/encoding.hpp"
#include "core/fields.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr core::TextLimits kAny{.bytes_min = 0, .bytes_max = 8192};
constexpr std::array<std::string_view, 3> kDecisions{"pending", "approved", "denied"};

}  // namespace

std::string content_of(const DeviceGrant& grant) {
  json::object content{{"realm", grant.realm},
                       {"client_id", grant.client_id},
                       {"scope", grant.scope},
                       {"secret_hash", core::to_hex(grant.secret_hash)},
                       {"interval", grant.interval.count()},
                       {"decision", kDecisions.at(static_cast<std::size_t>(grant.decision))},
                       {"session_id", grant.session_id},
                       {"person_id", grant.person_id},
                       {"authenticated_at", core::unix_micros(grant.authenticated_at)}};
  if (grant.polled_at) content["polled_at"] = core::unix_micros(*grant.polled_at);
  return json::serialize(content);
}

Result<DeviceGrant> device_of(std::string_view content) {
  const auto object = core::parse_json_object(content);
  if (!object) return fail(ErrorKind::internal, "bad_device_row", object.error().detail);
  Fields fields{*object};
  DeviceGrant grant;
  grant.realm = fields.required_text("realm", kAny);
  grant.client_id = fields.required_text("client_id", kAny);
  grant.scope = fields.required_text("scope", kAny);
  const auto hash = core::from_hex(fields.required_text("secret_hash", kAny));
  if (!hash) fields.reject("secret_hash", "is no hexadecimal text");
  grant.secret_hash = hash.value_or("");
  grant.interval = std::chrono::seconds(fields.required_int("interval", {}));
  const auto decision = std::ranges::find(kDecisions, fields.required_text("decision", kAny));
  if (decision == kDecisions.end()) fields.reject("decision", "is none");
  grant.decision = static_cast<DeviceDecision>(decision - kDecisions.begin());
  grant.session_id = fields.required_text("session_id", kAny);
  grant.person_id = fields.required_text("person_id", kAny);
  grant.authenticated_at = core::from_unix_micros(fields.required_int("authenticated_at", {}));
  if (const auto polled_at = fields.maybe_int("polled_at", {}))
    grant.polled_at = core::from_unix_micros(*polled_at);
  if (auto complete = fields.finish(); !complete)
    return fail(ErrorKind::internal, "bad_device_row", complete.error().detail);
  return grant;
}

}  // namespace gatehouse::auth_server
