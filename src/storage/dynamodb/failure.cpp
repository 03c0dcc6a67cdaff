#include "storage/dynamodb/failure.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

struct Named {
  std::string_view type;
  FailureKind kind;
};
constexpr std::array kTypes{
    Named{"ProvisionedThroughputExceededException", FailureKind::throttled},
    Named{"ThrottlingException", FailureKind::throttled},
    Named{"RequestLimitExceeded", FailureKind::throttled},
    Named{"LimitExceededException", FailureKind::throttled},
    Named{"InternalServerError", FailureKind::server_failed},
    Named{"ConditionalCheckFailedException", FailureKind::condition_failed},
    Named{"ResourceNotFoundException", FailureKind::table_missing},
    Named{"ResourceInUseException", FailureKind::table_in_use},
    Named{"ExpiredTokenException", FailureKind::credentials_expired},
    Named{"ExpiredToken", FailureKind::credentials_expired},
    Named{"UnrecognizedClientException", FailureKind::credentials_refused},
    Named{"InvalidClientTokenId", FailureKind::credentials_refused},
    Named{"IncompleteSignatureException", FailureKind::credentials_refused},
    Named{"MissingAuthenticationTokenException", FailureKind::credentials_refused},
    Named{"AccessDeniedException", FailureKind::access_denied},
    Named{"RequestTimeTooSkewed", FailureKind::clock_skewed},
    Named{"RequestExpired", FailureKind::clock_skewed},
};

FailureKind kind_of(std::string_view type, std::string_view message, unsigned status) {
  // One name for two faults: only the words tell the time from the secret.
  if (type == "InvalidSignatureException") {
    const bool is_late = message.starts_with("Signature expired") || message.contains("not yet current");
    return is_late ? FailureKind::clock_skewed : FailureKind::credentials_refused;
  }
  const auto known = std::ranges::find(kTypes, type, &Named::type);
  if (known != kTypes.end()) return known->kind;
  if (status == 429) return FailureKind::throttled;
  return status >= 500 ? FailureKind::server_failed : FailureKind::refused;
}

constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest & 1U) != 0 ? (rest >> 1U) ^ 0xEDB88320U : rest >> 1U;
    table[byte] = rest;
  }
  return table;
}();

}  // namespace

Failure failure_of(const http::Reply& reply) {
  Failure failure{.kind = FailureKind::refused, .type = {}, .message = {}};
  if (const auto document = core::parse_json_object(reply.content)) {
    Fields fields{*document};
    failure.type = fields.optional_text("__type", "", {.bytes_min = 0});
    failure.message = fields.optional_text("message", "", {.bytes_min = 0, .bytes_max = 16 * 1024});
    if (failure.message.empty()) {
      failure.message = fields.optional_text("Message", "", {.bytes_min = 0, .bytes_max = 16 * 1024});
    }
  }
  // "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
  failure.type.erase(0, failure.type.rfind('#') + 1);
  failure.kind = kind_of(failure.type, failure.message, reply.status);
  if (failure.type.empty()) failure.type = fmt::format("status {}", reply.status);
  return failure;
}

Error error_of(const Failure& failure) {
  const auto error = [&failure](ErrorKind kind, std::string_view reason) {
    Error made(kind, reason, fmt::format("{}: {}", failure.type, failure.message), Origin::upstream);
    made.safe_to_retry = failure.kind != FailureKind::server_failed;
    return made;
  };
  switch (failure.kind) {
    case FailureKind::throttled:
      return error(ErrorKind::unavailable, "dynamodb_throttled");
    case FailureKind::server_failed:
      return error(ErrorKind::unavailable, "dynamodb_failed");
    case FailureKind::condition_failed:
      return error(ErrorKind::conflict, "dynamodb_condition_failed");
    case FailureKind::table_missing:
      return error(ErrorKind::unavailable, "dynamodb_table_missing");
    case FailureKind::table_in_use:
      return error(ErrorKind::unavailable, "dynamodb_table_in_use");
    case FailureKind::credentials_expired:
      return error(ErrorKind::unavailable, "dynamodb_credentials_expired");
    case FailureKind::credentials_refused:
      return error(ErrorKind::unavailable, "dynamodb_credentials_refused");
    case FailureKind::access_denied:
      return error(ErrorKind::unavailable, "dynamodb_access_denied");
    case FailureKind::clock_skewed:
      return error(ErrorKind::unavailable, "dynamodb_clock_skewed");
    case FailureKind::refused:
      return error(ErrorKind::internal, "dynamodb_refused");
  }
  return error(ErrorKind::internal, "dynamodb_refused");
}

std::optional<core::SystemTime> time_of_http_date(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t size) {
    return core::parse_int<unsigned>(text.substr(at, size));
  };
  const auto month_name = std::ranges::find(kMonths, text.substr(8, 3));
  const auto on = number(5, 2), in = number(12, 4), hour = number(17, 2), minute = number(20, 2),
             second = number(23, 2);
  if (month_name == kMonths.end() || !on || !in || !hour || !minute || !second) return std::nullopt;
  const year_month_day date{year{static_cast<int>(*in)},
                            month{static_cast<unsigned>(month_name - kMonths.begin()) + 1}, day{*on}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second};
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t rest = 0xFFFFFFFFU;
  for (const char c : bytes) rest = kCrcTable[(rest ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (rest >> 8U);
  return ~rest;
}

}  // namespace gatehouse::storage::dynamodb
