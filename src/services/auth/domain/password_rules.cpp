#include "services/auth/domain/password_rules.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::auth {

namespace {

// The first guesses of every list that are long enough to pass the rule of length.
constexpr std::array<std::string_view, 24> kCommon = {
    "123456789012",   "1234567890123",    "12345678901234",  "123456789abc", "1q2w3e4r5t6y",
    "1qaz2wsx3edc",   "administrator",    "adminadminadmin", "changemenow1", "correcthorsebatterystaple",
    "iloveyou1234",   "letmeinletmein",   "passw0rd1234",    "password1234", "password12345",
    "password123456", "passwordpassword", "q1w2e3r4t5y6",    "qazwsxedcrfv", "qwerty123456",
    "qwertyuiop12",   "qwertyuiop123",    "welcome12345",    "zaq12wsxcde3",
};

bool is_one_character(std::string_view text) {
  return std::ranges::all_of(text, [&](char c) { return c == text.front(); });
}

std::unexpected<Error> weak(std::string why) {
  return refuse(ErrorKind::unprocessable, "weak_password", std::move(why));
}

}  // namespace

Result<void> check_new_password(const Secret& password, const Person& owner, const PasswordLimits& limits) {
  const std::string_view text = password.reveal();
  if (text.size() < limits.bytes_min) {
    return weak(fmt::format("a password has at least {} characters", limits.bytes_min));
  }
  if (text.size() > limits.bytes_max)
    return weak(fmt::format("a password has at most {} bytes", limits.bytes_max));
  if (!core::is_valid_utf8(text)) return weak("a password is UTF-8 text");
  if (is_one_character(text)) return weak("a password is more than one character repeated");
  if (core::iequals(text, owner.username) || core::iequals(text, owner.email.reveal())) {
    return weak("a password is not the username or the e-mail address");
  }
  const Secret lower{core::to_lower(text)};
  if (std::ranges::find(kCommon, lower.reveal()) != kCommon.end())
    return weak("this password is one of the first that are tried");
  return {};
}

}  // namespace gatehouse::auth
