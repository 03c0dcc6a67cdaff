// The pure half of jwt: where a token is found in a request, and what is wrong with its claims.
#include "core/text.hpp"
#include "gateway/plugins/jwt.hpp"

namespace gatehouse::gateway::plugins {
namespace {

// The credentials of "Bearer <token>"; empty for any other scheme.
std::string_view bearer_of(std::string_view value) {
  constexpr std::string_view kScheme = "bearer";
  value = core::trim(value);
  if (value.size() <= kScheme.size() || !core::iequals(value.substr(0, kScheme.size()), kScheme)) return {};
  const auto rest = value.substr(kScheme.size());
  return rest.front() == ' ' || rest.front() == '\t' ? core::trim(rest) : std::string_view{};
}

std::string_view cookie_of(const http::Headers& headers, std::string_view name) {
  for (const auto field : headers) {
    if (!core::iequals(field.name, "Cookie")) continue;
    for (const auto pair : core::split(field.value, ';')) {
      const auto parts = core::cut(core::trim(pair), '=');
      if (parts && parts->first == name) return parts->second;
    }
  }
  return {};
}

void take(TokenSearch& search, std::string_view token) {
  if (token.empty()) return;
  search.has_several = search.has_several || (!search.token.empty() && search.token != token);
  if (search.token.empty()) search.token = token;
}

void take_from_query(TokenSearch& search, std::string_view query, const std::vector<std::string>& names) {
  for (std::string_view rest = query; !rest.empty();) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = core::cut(rest.substr(0, end), '=');
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!pair || std::ranges::find(names, pair->first) == names.end()) continue;
    if (pair->second.find('%') == std::string_view::npos) {
      take(search, pair->second);
    } else if (auto decoded = core::percent_decode(pair->second); decoded && search.decoded.empty()) {
      search.decoded = std::move(*decoded);
      take(search, search.decoded);
    } else {
      search.has_several = search.has_several || !search.decoded.empty();
    }
  }
}

// A claim that must be a number of seconds; nothing if it is absent or no number.
std::optional<double> seconds_of(const json::object& payload, std::string_view claim) {
  const auto* value = payload.if_contains(claim);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

}  // namespace

TokenSearch find_token(const JwtConfig& config, const http::Headers& headers, std::string_view query) {
  TokenSearch search;
  take_from_query(search, query, config.uri_param_names);
  for (const auto& name : config.cookie_names) take(search, cookie_of(headers, name));
  for (const auto field : headers) {
    const bool is_asked_for = std::ranges::any_of(
        config.header_names, [&](const auto& name) { return core::iequals(name, field.name); });
    if (is_asked_for) take(search, bearer_of(field.value));
  }
  return search;
}

json::object claim_errors(const JwtConfig& config, const json::object& payload, core::SystemTime now) {
  json::object errors;
  const auto now_seconds = static_cast<double>(core::unix_seconds(now));
  const auto exp = seconds_of(payload, "exp");
  const auto nbf = seconds_of(payload, "nbf");
  if (config.verifies_exp) {
    if (!exp) errors["exp"] = "must be a number";
    if (exp && *exp <= now_seconds) errors["exp"] = "token expired";
  }
  if (config.verifies_nbf) {
    if (!nbf) errors["nbf"] = "must be a number";
    if (nbf && *nbf > now_seconds) errors["nbf"] = "token not valid yet";
  }
  if (errors.empty() && config.maximum_expiration > 0) {
    const auto latest = now_seconds + static_cast<double>(config.maximum_expiration);
    if (!exp || *exp > latest) errors["exp"] = "exceeds maximum allowed expiration";
  }
  return errors;
}

}  // namespace gatehouse::gateway::plugins
