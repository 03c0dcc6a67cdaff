#include "storage/postgres/sqlstate.hpp"

#include <algorithm>

namespace gatehouse::storage::postgres {
namespace {

struct Meaning {
  std::string_view code;  // five characters, or the two of a class
  ErrorKind kind;
  std::string_view reason;
};

// Whole codes before their class.
constexpr Meaning kMeanings[] = {
    {"22021", ErrorKind::invalid, "postgres_invalid_text"},  // not UTF-8, or a zero byte
    {"22P02", ErrorKind::invalid, "postgres_invalid_text"},
    {"22P05", ErrorKind::invalid, "postgres_invalid_text"},
    {"23503", ErrorKind::conflict, "postgres_foreign_key_violation"},
    {"23505", ErrorKind::conflict, "postgres_unique_violation"},
    {"23514", ErrorKind::conflict, "postgres_check_violation"},
    {"25006", ErrorKind::unavailable, "postgres_read_only"},  // a standby: the primary has moved
    {"28000", ErrorKind::unavailable, "postgres_access_denied"},
    {"28P01", ErrorKind::unavailable, "postgres_wrong_password"},
    {"3D000", ErrorKind::unavailable, "postgres_no_such_database"},
    {"40001", ErrorKind::unavailable, "postgres_serialization_failure"},
    {"40P01", ErrorKind::unavailable, "postgres_deadlock"},
    {"42501", ErrorKind::internal, "postgres_permission_denied"},
    {"53100", ErrorKind::unavailable, "postgres_disk_full"},
    {"53300", ErrorKind::unavailable, "postgres_too_many_connections"},
    {"55P03", ErrorKind::unavailable, "postgres_lock_timeout"},
    {"57014", ErrorKind::timeout, "postgres_timeout"},
    {"57P03", ErrorKind::unavailable, "postgres_starting"},
    {"08", ErrorKind::unavailable, "postgres_connection_lost"},
    {"25", ErrorKind::unavailable, "postgres_connection_lost"},  // idle_in_transaction_session_timeout
    {"53", ErrorKind::unavailable, "postgres_out_of_resources"},
    {"57", ErrorKind::unavailable, "postgres_connection_lost"},  // shut down, crashed, dropped
    {"58", ErrorKind::unavailable, "postgres_system_error"},
};

// libpq's own words, which carry no code.
constexpr struct {
  std::string_view words;
  std::string_view reason;
} kLibpqWords[] = {
    {"does not match host name", "postgres_wrong_host_name"},
    {"certificate verify failed", "postgres_certificate_rejected"},
    {"certificate", "postgres_tls_failed"},
    {"SSL", "postgres_tls_failed"},
    {"session is read-only", "postgres_not_primary"},
    {"in hot standby", "postgres_not_primary"},
    {"no password supplied", "postgres_wrong_password"},
};

bool is_code(std::string_view text) {
  return text.size() == 5 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

}  // namespace

Error error_of(std::string_view sqlstate, std::string detail) {
  for (const Meaning& meaning : kMeanings) {
    if (!sqlstate.starts_with(meaning.code)) continue;
    return {meaning.kind, meaning.reason, std::move(detail), Origin::upstream};
  }
  return {ErrorKind::internal, "postgres_error", std::string(sqlstate) + ": " + detail, Origin::upstream};
}

bool may_run_again(const Error& error) {
  constexpr std::string_view kPassing[] = {"postgres_serialization_failure", "postgres_deadlock",
                                           "postgres_connection_lost", "postgres_read_only"};
  return std::ranges::find(kPassing, error.reason) != std::end(kPassing);
}

bool ends_connection(std::string_view sqlstate) {
  // 26000 and 0A000: the server forgot our prepared statements, or their tables changed under them.
  constexpr std::string_view kLast[] = {"08", "25006", "25P03", "26000", "0A000", "57P"};
  return std::ranges::any_of(kLast, [&](std::string_view code) { return sqlstate.starts_with(code); });
}

std::string_view sqlstate_in(std::string_view message) {
  constexpr std::string_view kBefore = ":  ";
  for (auto at = message.find(kBefore); at != std::string_view::npos; at = message.find(kBefore, at + 1)) {
    const std::string_view code = message.substr(at + kBefore.size(), 5);
    if (is_code(code) && message.substr(at + kBefore.size() + 5).starts_with(": ")) return code;
  }
  return {};
}

Error error_of_connecting(std::string_view message) {
  std::string detail(message.substr(0, message.find_last_not_of(" \n") + 1));
  if (const auto location = detail.find("\nLOCATION:"); location != std::string::npos)
    detail.resize(location);
  if (const auto code = sqlstate_in(message); !code.empty()) return error_of(code, std::move(detail));
  for (const auto& [words, reason] : kLibpqWords) {
    if (message.find(words) == std::string_view::npos) continue;
    return {ErrorKind::unavailable, reason, std::move(detail), Origin::upstream};
  }
  return {ErrorKind::unavailable, "postgres_unreachable", std::move(detail), Origin::upstream};
}

}  // namespace gatehouse::storage::postgres
