#include "supervisor/open_secrets.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace gatehouse::supervisor {
namespace {

constexpr std::string_view kSecretKeys[] = {"password",      "passphrase",  "secret",
                                            "token",         "api_key",     "secret_access_key",
                                            "session_token", "private_key", "client_secret"};

bool names_a_secret(std::string_view key) {
  return std::ranges::any_of(kSecretKeys, [key](std::string_view secret) {
    return key == secret || (key.ends_with(secret) && key[key.size() - secret.size() - 1] == '_');
  });
}

// RFC 3986 section 3.2.1: "user:password@" before the host.
bool carries_a_password(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  const auto authority = url.substr(scheme + 3, url.find_first_of("/?#", scheme + 3) - (scheme + 3));
  const auto user =
      authority.substr(0, authority.rfind('@') == std::string_view::npos ? 0 : authority.rfind('@'));
  return user.find(':') != std::string_view::npos;
}

auto open_secret(std::string_view path) {
  return refuse(ErrorKind::invalid, "open_secret",
                fmt::format("{}: a secret does not belong here; put it into a file of the role's secrets "
                            "directory and name that (password_file, token_file)",
                            path));
}

}  // namespace

Result<void> refuse_open_secrets(const json::value& settings, std::string_view path) {
  if (const auto* text = settings.if_string(); text != nullptr && carries_a_password(*text))
    return open_secret(path);
  if (const auto* array = settings.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (auto fine = refuse_open_secrets((*array)[i], fmt::format("{}[{}]", path, i)); !fine) return fine;
    }
  }
  const auto* object = settings.if_object();
  if (object == nullptr) return {};
  for (const auto& member : *object) {
    const std::string inner = fmt::format("{}.{}", path, std::string_view(member.key()));
    const bool is_text = member.value().is_string() || member.value().is_number();
    if (is_text && names_a_secret(member.key())) return open_secret(inner);
    if (auto fine = refuse_open_secrets(member.value(), inner); !fine) return fine;
  }
  return {};
}

}  // namespace gatehouse::supervisor
