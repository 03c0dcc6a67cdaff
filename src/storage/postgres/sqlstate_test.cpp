#include "storage/postgres/sqlstate.hpp"

#include <gtest/gtest.h>

namespace gatehouse::storage::postgres {
namespace {

TEST(Sqlstate, EachCodeHasItsKindAndReason) {
  constexpr struct {
    std::string_view code;
    ErrorKind kind;
    std::string_view reason;
  } kTable[] = {
      {"08006", ErrorKind::unavailable, "postgres_connection_lost"},
      {"22021", ErrorKind::invalid, "postgres_invalid_text"},
      {"22012", ErrorKind::internal, "postgres_error"},  // division by zero: ours
      {"23502", ErrorKind::internal, "postgres_error"},
      {"23503", ErrorKind::conflict, "postgres_foreign_key_violation"},
      {"23505", ErrorKind::conflict, "postgres_unique_violation"},
      {"23514", ErrorKind::conflict, "postgres_check_violation"},
      {"25006", ErrorKind::unavailable, "postgres_read_only"},
      {"25P03", ErrorKind::unavailable, "postgres_connection_lost"},
      {"28000", ErrorKind::unavailable, "postgres_access_denied"},
      {"28P01", ErrorKind::unavailable, "postgres_wrong_password"},
      {"3D000", ErrorKind::unavailable, "postgres_no_such_database"},
      {"40001", ErrorKind::unavailable, "postgres_serialization_failure"},
      {"40P01", ErrorKind::unavailable, "postgres_deadlock"},
      {"42501", ErrorKind::internal, "postgres_permission_denied"},
      {"42P01", ErrorKind::internal, "postgres_error"},
      {"53100", ErrorKind::unavailable, "postgres_disk_full"},
      {"53200", ErrorKind::unavailable, "postgres_out_of_resources"},
      {"53300", ErrorKind::unavailable, "postgres_too_many_connections"},
      {"55P03", ErrorKind::unavailable, "postgres_lock_timeout"},
      {"57014", ErrorKind::timeout, "postgres_timeout"},
      {"57P01", ErrorKind::unavailable, "postgres_connection_lost"},
      {"57P03", ErrorKind::unavailable, "postgres_starting"},
      {"58030", ErrorKind::unavailable, "postgres_system_error"},
      {"XX000", ErrorKind::internal, "postgres_error"},
  };
  for (const auto& row : kTable) {
    const Error error = error_of(row.code, "why");
    EXPECT_EQ(error.kind, row.kind) << row.code;
    EXPECT_EQ(error.reason, row.reason) << row.code;
    EXPECT_FALSE(error.safe_to_retry) << row.code << ": whether it is, the transaction knows";
  }
}

TEST(Sqlstate, OnlyWhatMayPassRunsAgain) {
  for (const std::string_view code : {"40001", "40P01", "57P01", "25006", "08003"}) {
    EXPECT_TRUE(may_run_again(error_of(code, ""))) << code;
  }
  for (const std::string_view code : {"23505", "57014", "53100", "42501", "28P01", "22021"}) {
    EXPECT_FALSE(may_run_again(error_of(code, ""))) << code;
  }
}

TEST(Sqlstate, AConnectionEndsWithItsServer) {
  for (const std::string_view code :
       {"08006", "25006", "25P03", "57P01", "57P02", "57P03", "57P05", "26000"}) {
    EXPECT_TRUE(ends_connection(code)) << code;
  }
  for (const std::string_view code : {"23505", "40001", "40P01", "57014", "25P02"}) {
    EXPECT_FALSE(ends_connection(code)) << code;
  }
}

TEST(Sqlstate, ACodeIsFoundInAMessage) {
  EXPECT_EQ(sqlstate_in("connection to server failed: FATAL:  28P01: password authentication failed"),
            "28P01");
  EXPECT_EQ(sqlstate_in("FATAL:  the database system is starting up"), "");
  EXPECT_EQ(sqlstate_in("FATAL:  12"), "");
  EXPECT_EQ(sqlstate_in(""), "");
}

TEST(Sqlstate, AFailureToConnectNamesItsCause) {
  constexpr struct {
    std::string_view message;
    std::string_view reason;
  } kTable[] = {
      {"FATAL:  28P01: password authentication failed for user \"x\"\nLOCATION:  auth_failed, auth.c:326",
       "postgres_wrong_password"},
      {"SSL error: certificate verify failed", "postgres_certificate_rejected"},
      {"server certificate for \"a\" does not match host name \"b\"", "postgres_wrong_host_name"},
      {"could not read certificate file \"x\": No such file", "postgres_tls_failed"},
      {"SSL error: tlsv13 alert certificate required", "postgres_tls_failed"},
      {"server does not support SSL, but SSL was required", "postgres_tls_failed"},
      {"session is read-only", "postgres_not_primary"},
      {"server is in hot standby mode", "postgres_not_primary"},
      {"connection refused", "postgres_unreachable"},
  };
  for (const auto& row : kTable) {
    const Error error = error_of_connecting(row.message);
    EXPECT_EQ(error.reason, row.reason) << row.message;
    EXPECT_EQ(error.kind, ErrorKind::unavailable) << row.message;
    EXPECT_EQ(error.detail.find("LOCATION"), std::string::npos);
  }
}

}  // namespace
}  // namespace gatehouse::storage::postgres
