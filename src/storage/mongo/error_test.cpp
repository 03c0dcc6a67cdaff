#include "storage/mongo/error.hpp"

#include <mongoc/mongoc.h>

#include <gtest/gtest.h>

namespace gatehouse::storage::mongo {
namespace {

enum class Retry : std::uint8_t { safe, unsafe };

struct Case {
  std::uint32_t domain;
  std::uint32_t code;
  const char* message;
  ErrorKind kind;
  std::string_view reason;
  Retry retry;
};

constexpr const char* kNoServer = "No suitable servers found: [Failed to connect to target host: db:1]";
constexpr const char* kExpired =
    "No suitable servers found: [TLS handshake failed: certificate verify failed (10): certificate has "
    "expired]";
constexpr const char* kSqlite = "constraint failed: UNIQUE constraint failed: index 'person_by_email' (2067)";

constexpr Case kCases[] = {
    {MONGOC_ERROR_SERVER_SELECTION, 13053, kNoServer, ErrorKind::unavailable, "database_unreachable",
     Retry::safe},
    {MONGOC_ERROR_SERVER_SELECTION, 13053, kExpired, ErrorKind::unavailable, "database_tls_refused",
     Retry::safe},
    {MONGOC_ERROR_CLIENT, MONGOC_ERROR_CLIENT_AUTHENTICATE, "", ErrorKind::unavailable,
     "database_login_refused", Retry::safe},
    {MONGOC_ERROR_SCRAM, MONGOC_ERROR_SCRAM_PROTOCOL_ERROR, "", ErrorKind::unavailable,
     "database_login_refused", Retry::safe},
    {MONGOC_ERROR_SERVER, 18, "", ErrorKind::unavailable, "database_login_refused", Retry::safe},
    {MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET, "", ErrorKind::unavailable, "database_connection_lost",
     Retry::unsafe},
    {MONGOC_ERROR_SERVER, 189, "", ErrorKind::unavailable, "database_connection_lost", Retry::unsafe},
    {MONGOC_ERROR_SERVER, 11602, "", ErrorKind::unavailable, "database_connection_lost", Retry::unsafe},
    {MONGOC_ERROR_SERVER, 10107, "", ErrorKind::unavailable, "database_not_primary", Retry::safe},
    {MONGOC_ERROR_WRITE_CONCERN, 64, "", ErrorKind::unavailable, "database_unconfirmed", Retry::unsafe},
    {MONGOC_ERROR_SERVER, 14031, "", ErrorKind::unavailable, "disk_full", Retry::unsafe},
    {MONGOC_ERROR_SERVER, 50, "", ErrorKind::timeout, "database_timeout", Retry::unsafe},
    {MONGOC_ERROR_SERVER, 11000, "", ErrorKind::conflict, "unique_violation", Retry::unsafe},
    {MONGOC_ERROR_SERVER, 1, kSqlite, ErrorKind::conflict, "unique_violation", Retry::unsafe},
    {MONGOC_ERROR_SERVER, 1, "boom", ErrorKind::internal, "database_error", Retry::unsafe},
    {MONGOC_ERROR_SERVER, 10334, "", ErrorKind::too_large, "document_too_large", Retry::unsafe},
    {MONGOC_ERROR_SERVER, 13, "", ErrorKind::internal, "database_forbidden", Retry::unsafe},
    {MONGOC_ERROR_BSON, MONGOC_ERROR_BSON_INVALID, "", ErrorKind::internal, "database_error", Retry::unsafe},
};

Error told(const Case& one, Deadline deadline) {
  bson_error_t error;
  bson_set_error(&error, one.domain, one.code, "%s", one.message);
  return error_of(error, "person", deadline);
}

TEST(MongoError, MeansTheSameAlways) {
  for (const Case& one : kCases) {
    const Error error = told(one, Deadline::never());
    EXPECT_EQ(error.kind, one.kind) << one.code << one.message;
    EXPECT_EQ(error.reason, one.reason) << one.code << one.message;
    EXPECT_EQ(error.safe_to_retry, one.retry == Retry::safe) << one.code << one.message;
    EXPECT_EQ(error.origin, Origin::upstream);
  }
}

TEST(MongoError, ALostConnectionAfterTheDeadlineIsATimeout) {
  const Case lost{MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET, "", {}, {}, {}};
  EXPECT_EQ(told(lost, Deadline::after(std::chrono::milliseconds{0})).reason, "database_timeout");
}

}  // namespace
}  // namespace gatehouse::storage::mongo
