#include "services/auth/http/request_body.hpp"

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "core/text.hpp"

namespace gatehouse::auth {

namespace {

constexpr core::TextLimits kOptional{.bytes_min = 0, .bytes_max = 1024};
constexpr core::TextLimits kPassword{.bytes_min = 1, .bytes_max = 4096};
constexpr std::int64_t kPageMax = 100;

std::optional<bool> maybe_flag(Fields& fields, const json::object& body, std::string_view name) {
  if (!body.contains(name)) return std::nullopt;
  return fields.optional_flag(name, false);
}

ClientRoles read_client_roles(Fields& fields, std::string_view name) {
  ClientRoles clients;
  const json::object* object = fields.maybe_object(name);
  if (object == nullptr) return clients;
  Fields inner{*object, fields.path_of(name)};
  for (const auto& entry : *object) {
    const auto names = inner.optional_texts(entry.key(), {});
    clients[entry.key()] = RoleNames(names.begin(), names.end());
  }
  if (const auto read = inner.finish(); !read)
    fields.reject(name, "must map client ids to lists of role names");
  return clients;
}

RoleAssignment read_roles(Fields& fields) {
  const auto names = fields.optional_texts("realm_roles", {});
  return {.realm_roles = RoleNames(names.begin(), names.end()),
          .client_roles = read_client_roles(fields, "client_roles")};
}

}  // namespace

Result<LoginAttempt> login_attempt_of(const service::Call& call, const json::object& body) {
  Fields fields{body};
  LoginAttempt attempt{.realm = fields.required_text("realm"),
                       .login = Pii{fields.required_text("username")},
                       .password = Secret{fields.required_text("password", kPassword)},
                       .client_address = std::string(core::trim(call.header("X-Forwarded-For")))};
  if (const auto read = fields.finish(); !read) return fail(read);
  return attempt;
}

Result<NewPerson> new_person_of(const json::object& body, std::string realm) {
  Fields fields{body};
  NewPerson wanted{.realm = std::move(realm),
                   .username = fields.required_text("username"),
                   .email = fields.optional_text("email", "", kOptional),
                   .first_name = fields.optional_text("first_name", "", kOptional),
                   .last_name = fields.optional_text("last_name", "", kOptional),
                   .enabled = fields.optional_flag("enabled", true),
                   .email_verified = fields.optional_flag("email_verified", false),
                   .roles = read_roles(fields),
                   .password = Secret{fields.optional_text("password", "", kPassword)}};
  if (const auto read = fields.finish(); !read) return fail(read);
  return wanted;
}

Result<Registration> registration_of(const json::object& body) {
  Fields fields{body};
  Registration wanted{.realm = fields.required_text("realm"),
                      .username = fields.required_text("username"),
                      .email = fields.required_text("email"),
                      .first_name = fields.optional_text("first_name", "", kOptional),
                      .last_name = fields.optional_text("last_name", "", kOptional),
                      .realm_roles = {},
                      .password = Secret{fields.required_text("password", kPassword)}};
  const auto names = fields.optional_texts("realm_roles", {});
  if (const auto read = fields.finish(); !read) return fail(read);
  wanted.realm_roles = RoleNames(names.begin(), names.end());
  return wanted;
}

Result<PersonChanges> person_changes_of(const json::object& body) {
  Fields fields{body};
  PersonChanges changes{.email = fields.maybe_text("email", kOptional),
                        .first_name = fields.maybe_text("first_name", kOptional),
                        .last_name = fields.maybe_text("last_name", kOptional),
                        .enabled = maybe_flag(fields, body, "enabled"),
                        .email_verified = maybe_flag(fields, body, "email_verified")};
  if (const auto read = fields.finish(); !read) return fail(read);
  return changes;
}

Result<PasswordChange> password_change_of(const json::object& body) {
  Fields fields{body};
  PasswordChange wanted{.current = Secret{fields.optional_text("current_password", "", kPassword)},
                        .fresh = Secret{fields.required_text("new_password", kPassword)}};
  if (const auto read = fields.finish(); !read) return fail(read);
  return wanted;
}

Result<RoleAssignment> role_assignment_of(const json::object& body) {
  Fields fields{body};
  RoleAssignment roles = read_roles(fields);
  for (const std::string_view name : {"realm_roles", "client_roles"}) {
    if (!body.contains(name)) fields.reject(name, "is required");
  }
  if (const auto read = fields.finish(); !read) return fail(read);
  return roles;
}

Result<PageRequest> page_of(const service::Call& call) {
  PageRequest page;
  const auto limit = call.query("limit");
  if (!limit) return fail(limit);
  if (*limit) {
    const auto number = core::parse_int<std::int64_t>(**limit);
    if (!number || *number < 1 || *number > kPageMax) {
      return refuse(ErrorKind::invalid, "invalid_limit",
                    fmt::format("limit is a number from 1 to {}", kPageMax));
    }
    page.limit = static_cast<std::size_t>(*number);
  }
  const auto cursor = call.query("cursor");
  if (!cursor) return fail(cursor);
  if (!*cursor) return page;
  auto after = core::from_base64url(**cursor);
  if (!after || !canonical_username(*after)) return refuse(ErrorKind::invalid, "invalid_cursor");
  page.after = std::move(*after);
  return page;
}

// A place in the alphabet, nothing more: whoever may list may start anywhere, so there is nothing to sign.
std::string cursor_after(const Person& last) {
  return core::to_base64url(last.username);
}

std::string entity_tag_of(const Person& person) {
  return fmt::format("\"{}\"", person.version);
}

Result<std::int64_t> expected_version_of(const service::Call& call) {
  const std::string_view tag = core::trim(call.header("If-Match"));
  if (tag.empty())
    return refuse(ErrorKind::precondition_required, "if_match_required", "send the ETag as If-Match");
  const bool is_quoted = tag.size() > 2 && tag.front() == '"' && tag.back() == '"';
  const auto version = core::parse_int<std::int64_t>(is_quoted ? tag.substr(1, tag.size() - 2) : "");
  if (!version) return refuse(ErrorKind::precondition_failed, "version_mismatch");
  return *version;
}

}  // namespace gatehouse::auth
