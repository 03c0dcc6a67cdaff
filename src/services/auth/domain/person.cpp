#include "services/auth/domain/person.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace gatehouse::auth {

namespace {

constexpr std::size_t kUsernameBytesMax = 128;
constexpr std::size_t kEmailBytesMax = 254;  // RFC 5321 section 4.5.3.1.3, less the angle brackets
constexpr std::size_t kLocalPartBytesMax = 64;
constexpr std::size_t kNameBytesMax = 200;

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_username_char(char c) {
  return is_lower_or_digit(c) || std::string_view("._+-").contains(c);
}

// The dot-atom of RFC 5322: quoted local parts are refused, as every large provider does.
bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > kLocalPartBytesMax) return false;
  if (text.front() == '.' || text.back() == '.' || text.contains("..")) return false;
  return std::ranges::all_of(text, [](char c) {
    return is_lower_or_digit(c) || std::string_view(".!#$%&'*+-/=?^_`{|}~").contains(c);
  });
}

bool is_domain_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_domain(std::string_view text) {
  return std::ranges::all_of(core::split(text, '.'), is_domain_label);
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

Result<std::string> canonical_username(std::string_view text) {
  std::string lower = core::to_lower(text);
  if (lower.empty() || lower.size() > kUsernameBytesMax || !std::ranges::all_of(lower, is_username_char)) {
    return refuse(ErrorKind::unprocessable, "invalid_username",
                  "a username has 1 to 128 letters, digits or . _ + -");
  }
  return lower;
}

Result<Pii> canonical_email(std::string_view text) {
  Pii lower{core::to_lower(text)};
  const auto parts = core::cut(lower.reveal(), '@');
  if (lower.reveal().size() > kEmailBytesMax || !parts || !is_local_part(parts->first) ||
      !is_domain(parts->second)) {
    return refuse(ErrorKind::unprocessable, "invalid_email", "not an e-mail address that Gatehouse takes");
  }
  return lower;
}

Result<Pii> canonical_name(std::string_view text) {
  if (text.size() > kNameBytesMax || !core::is_valid_utf8(text) || std::ranges::any_of(text, is_control)) {
    return refuse(ErrorKind::unprocessable, "invalid_name",
                  "a name has at most 200 bytes of UTF-8 without control characters");
  }
  return Pii{std::string(text)};
}

Result<void> check_version(const Person& person, std::int64_t expected) {
  if (person.version != expected) return refuse(ErrorKind::precondition_failed, "version_mismatch");
  return {};
}

}  // namespace gatehouse::auth
