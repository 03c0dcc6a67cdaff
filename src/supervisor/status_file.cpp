#include "supervisor/status_file.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "supervisor/durable_file.hpp"

namespace gatehouse::supervisor {

namespace {

constexpr core::TextLimits kAny{.bytes_min = 0, .bytes_max = 64 * 1024};

std::string url_of(const Platform& platform, const Instance& instance) {
  const bool is_public = instance.role == "gateway";
  return fmt::format("https://localhost:{}", is_public ? platform.gateway_https : instance.port);
}

Result<RoleStatus> role_in(const json::object& entry) {
  Fields fields{entry};
  RoleStatus role{.instance = fields.required_text("instance", kAny),
                  .role = fields.required_text("role", kAny),
                  .url = fields.required_text("url", kAny),
                  .port = static_cast<std::uint16_t>(fields.required_int("port", {.max = 65'535})),
                  .state = fields.required_text("state", kAny),
                  .pid = fields.required_int("pid", {}),
                  .start_ms = fields.required_int("start_ms", {}),
                  .restarts = fields.required_int("restarts", {}),
                  .last_words = fields.required_text("last_words", kAny)};
  if (const auto read = fields.finish(); !read) return fail(read);
  return role;
}

}  // namespace

PlatformStatus status_of(const Platform& platform, const Fleet& fleet, std::string_view state) {
  PlatformStatus status{.pid = ::getpid(), .state = std::string(state)};
  for (const Member& member : fleet.members()) {
    status.roles.push_back({.instance = member.instance.name,
                            .role = member.instance.role,
                            .url = url_of(platform, member.instance),
                            .port = member.instance.port,
                            .state = std::string(name_of(member.state)),
                            .pid = member.child ? member.child->pid() : 0,
                            .start_ms = member.start_took.count(),
                            .restarts = static_cast<std::int64_t>(member.restarts),
                            .last_words = member.last_words});
  }
  return status;
}

json::object as_json(const PlatformStatus& status) {
  json::array roles;
  for (const RoleStatus& role : status.roles) {
    roles.push_back(json::object{{"instance", role.instance},
                                 {"role", role.role},
                                 {"url", role.url},
                                 {"port", role.port},
                                 {"state", role.state},
                                 {"pid", role.pid},
                                 {"start_ms", role.start_ms},
                                 {"restarts", role.restarts},
                                 {"last_words", role.last_words}});
  }
  return {{"pid", status.pid}, {"state", status.state}, {"roles", std::move(roles)}};
}

Result<void> write_status(const Layout& layout, const PlatformStatus& status) {
  return write_durably(layout.status_file(), json::serialize(as_json(status)) + "\n", kReadableByAll);
}

Result<PlatformStatus> read_status(const Layout& layout) {
  const auto text = read_file(layout.status_file());
  if (!text) return fail(text);
  const auto content = core::parse_json_object(*text);
  if (!content) return fail(content);
  Fields fields{*content};
  PlatformStatus status{.pid = fields.required_int("pid", {.min = 1}),
                        .state = fields.required_text("state", kAny)};
  const json::array* const roles = fields.maybe_array("roles");
  if (const auto read = fields.finish(); !read) return fail(read);
  for (const json::value& entry : roles == nullptr ? json::array{} : *roles) {
    auto role = entry.is_object()
                    ? role_in(entry.get_object())
                    : fail(ErrorKind::invalid, "invalid_field", "roles: is not a list of objects");
    if (!role) return fail(role);
    status.roles.push_back(std::move(*role));
  }
  return status;
}

}  // namespace gatehouse::supervisor
