// Errors as values: what every fallible function in Gatehouse returns.
//
// An Error says what kind of thing went wrong (decides the HTTP status, in http/status_of), a stable reason
// (metric label, log field, "code" of a problem document) and a detail that only the log ever sees.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::core {

enum class ErrorKind : std::uint8_t {
  invalid,                // 400: the request cannot be understood
  unauthenticated,        // 401
  declined,               // 402: the payment provider said no
  forbidden,              // 403
  not_found,              // 404, also for what is not yours
  method_not_allowed,     // 405
  conflict,               // 409: illegal transition, concurrent use, duplicate
  precondition_failed,    // 412: If-Match names another version
  too_large,              // 413
  unsupported,            // 415
  unprocessable,          // 422: understood, but cannot be done
  precondition_required,  // 428: If-Match is missing
  rate_limited,           // 429
  cancelled,              // the caller went away or the process stops
  internal,               // 500: a bug or a broken invariant
  bad_upstream,           // 502: a peer answered nonsense
  unavailable,            // 503: full, stopped, or the peer cannot be reached
  timeout,                // 504: a deadline passed
};

// Whose fault an error is: decides who is asked to look at it.
enum class Origin : std::uint8_t { client, upstream, self };

struct Error {
  // `reason` must be a literal (it is kept as a view): snake_case, stable, safe to show to anyone.
  Error(ErrorKind kind_, std::string_view reason_, std::string detail_ = {}, Origin origin_ = Origin::self)
      : kind(kind_), reason(reason_), detail(std::move(detail_)), origin(origin_) {}

  ErrorKind kind;
  std::string_view reason;
  std::string detail;  // for the log; shown to a client only when origin is client
  Origin origin;
  bool safe_to_retry = false;  // true only if the operation surely had no effect
};

template <class T>
using Result = std::expected<T, Error>;

// An error of the caller's making: its detail may be shown to the caller.
[[nodiscard]] inline std::unexpected<Error> refuse(ErrorKind kind, std::string_view reason,
                                                   std::string detail = {}) {
  return std::unexpected<Error>(Error(kind, reason, std::move(detail), Origin::client));
}

// An error of ours or of a peer: its detail goes to the log only.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string_view reason,
                                                 std::string detail = {}, Origin origin = Origin::self) {
  return std::unexpected<Error>(Error(kind, reason, std::move(detail), origin));
}

// Passes on the error of a failed result: `if (!found) return fail(found);`
template <class T>
[[nodiscard]] std::unexpected<Error> fail(const Result<T>& failed) {
  return std::unexpected<Error>(failed.error());
}

[[nodiscard]] std::string_view name_of(ErrorKind);

}  // namespace gatehouse::core

namespace gatehouse {
using core::Error;
using core::ErrorKind;
using core::fail;
using core::Origin;
using core::refuse;
using core::Result;
}  // namespace gatehouse
