// A cursor is base64url of 16 bytes of HMAC-SHA-256 and "<microseconds>:<id>".
#include "service/page_cursor.hpp"

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::service {
namespace {

constexpr std::size_t kSignatureBytes = 16;
constexpr std::size_t kCursorBytesMax = 256;

std::unexpected<Error> invalid_cursor() {
  return refuse(ErrorKind::invalid, "invalid_cursor", "cursor: must come from a page of this list");
}

}  // namespace

std::string PageCursor::signature(std::string_view position, std::string_view list) const {
  const std::string message = fmt::format("{}:{}{}", list.size(), list, position);
  return crypto::hmac_sha256(key_.reveal(), message).substr(0, kSignatureBytes);
}

std::string PageCursor::after(const PagePosition& last, std::string_view list) const {
  const std::string position = fmt::format("{}:{}", core::unix_micros(last.created_at), last.id);
  return core::to_base64url(signature(position, list) + position);
}

Result<PagePosition> PageCursor::position(std::string_view cursor, std::string_view list) const {
  if (cursor.size() > kCursorBytesMax) return invalid_cursor();
  const auto bytes = core::from_base64url(cursor);
  if (!bytes || bytes->size() <= kSignatureBytes) return invalid_cursor();
  const std::string_view given = std::string_view(*bytes).substr(0, kSignatureBytes);
  const std::string_view signed_part = std::string_view(*bytes).substr(kSignatureBytes);
  if (!core::constant_time_equal(given, signature(signed_part, list))) return invalid_cursor();
  const auto halves = core::cut(signed_part, ':');
  const auto micros = halves ? core::parse_int<std::int64_t>(halves->first) : std::nullopt;
  if (!micros) return invalid_cursor();
  return PagePosition{core::from_unix_micros(*micros), std::string(halves->second)};
}

}  // namespace gatehouse::service
