// What DynamoDB says when it does not do what it was asked, and what that means here (DynamoDB Developer
// Guide, "Error handling with DynamoDB").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "http/client.hpp"

namespace gatehouse::storage::dynamodb {

enum class FailureKind {
  throttled,            // over its capacity: nothing was done
  server_failed,        // 5xx: it may have been done
  condition_failed,     // the condition of a write does not hold
  table_missing,        // or still being made
  table_in_use,         // it is there already, or being changed
  credentials_expired,  // a session that has ended
  credentials_refused,  // an unknown key, or a signature with the wrong secret
  access_denied,        // the key is good and has not the right
  clock_skewed,         // the signature's time is too far from the server's
  refused,              // anything else: the request is wrong, which is our bug
};

struct Failure {
  FailureKind kind;
  std::string type;     // "ThrottlingException"
  std::string message;  // the server's own words
};

// Of any answer but 200.
[[nodiscard]] Failure failure_of(const http::Reply& reply);

// As errors: unavailable for what the operator or time must mend, with the reasons `dynamodb_throttled`,
// `dynamodb_failed`, `dynamodb_table_missing`, `dynamodb_table_in_use`, `dynamodb_credentials_expired`,
// `dynamodb_credentials_refused`, `dynamodb_access_denied`, `dynamodb_clock_skewed`; conflict/
// `dynamodb_condition_failed`; internal/`dynamodb_refused`. safe_to_retry where nothing was done: all but
// `dynamodb_failed`.
[[nodiscard]] Error error_of(const Failure& failure);

// An HTTP date in its one preferred form (RFC 9110 section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::optional<core::SystemTime> time_of_http_date(std::string_view text);

// CRC-32 as in IEEE 802.3 and zip: what DynamoDB puts into x-amz-crc32.
[[nodiscard]] std::uint32_t crc32(std::string_view bytes);

}  // namespace gatehouse::storage::dynamodb
