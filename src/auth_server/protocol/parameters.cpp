#include "auth_server/protocol/parameters.hpp"

#include <algorithm>

namespace gatehouse::auth_server {
namespace {

bool is_token_name(std::string_view name) {
  return name == "id_token_hint" || name == "token" || name == "refresh_token" || name == "access_token";
}

bool is_fit(std::string_view text) {
  const bool has_control =
      std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return !has_control && core::is_valid_utf8(text);
}

}  // namespace

Result<Parameters> Parameters::parse(std::string_view text, const ParameterLimits& limits) {
  auto pairs = core::parse_form(text, limits.pairs_max);
  if (!pairs) return refuse(ErrorKind::invalid, "invalid_request", "malformed or too many parameters");
  Parameters parameters;
  for (const auto& [name, value] : *pairs) {
    const std::size_t bytes_max = is_token_name(name) ? limits.token_bytes_max : limits.value_bytes_max;
    if (value.size() > bytes_max || name.size() > limits.value_bytes_max) {
      return refuse(ErrorKind::invalid, "invalid_request", "a parameter is too long");
    }
    // A password may hold any character; whoever stores people judges it.
    const bool is_password = name == "password" || name == "password-confirm";
    if (!is_fit(name) || (!is_password && !is_fit(value))) {
      return refuse(ErrorKind::invalid, "invalid_request", "a parameter is not text");
    }
    if (value.empty()) continue;
    if (!parameters.values_.emplace(name, value).second) parameters.repeated_.insert(name);
  }
  parameters.pairs_ = *std::move(pairs);
  return parameters;
}

std::string Parameters::get(std::string_view name) const {
  const auto found = values_.find(name);
  return found != values_.end() ? found->second : std::string();
}

}  // namespace gatehouse::auth_server
