#include "storage/mongo/error.hpp"

#include <mongoc/mongoc.h>

#include <fmt/format.h>

namespace gatehouse::storage::mongo {

namespace {

struct Meaning {
  ErrorKind kind;
  std::string_view reason;
  bool safe_to_retry = false;
};

constexpr Meaning kLost{ErrorKind::unavailable, "database_connection_lost"};
constexpr Meaning kLoginRefused{ErrorKind::unavailable, "database_login_refused", true};
constexpr Meaning kTaken{ErrorKind::conflict, "unique_violation"};
constexpr Meaning kTimeout{ErrorKind::timeout, "database_timeout"};

// The codes are those of MongoDB's src/mongo/base/error_codes.yml; their numbers never change.
Meaning meaning_of_server_code(std::uint32_t code) {
  switch (code) {
    case 11000:  // DuplicateKey
    case 11001:
      return kTaken;
    case 50:   // MaxTimeMSExpired
    case 262:  // ExceededTimeLimit
      return kTimeout;
    case 11:   // UserNotFound
    case 18:   // AuthenticationFailed
    case 334:  // MechanismUnavailable
      return kLoginRefused;
    case 13:  // Unauthorized
      return {ErrorKind::internal, "database_forbidden"};
    case 10107:  // NotWritablePrimary
    case 13435:  // NotPrimaryNoSecondaryOk
    case 13436:  // NotPrimaryOrSecondary
      return {ErrorKind::unavailable, "database_not_primary", true};
    case 6:      // HostUnreachable
    case 7:      // HostNotFound
    case 89:     // NetworkTimeout
    case 91:     // ShutdownInProgress
    case 189:    // PrimarySteppedDown
    case 9001:   // SocketException
    case 11600:  // InterruptedAtShutdown
    case 11602:  // InterruptedDueToReplStateChange
      return kLost;
    case 64:   // WriteConcernFailed
    case 100:  // UnsatisfiableWriteConcern
      return {ErrorKind::unavailable, "database_unconfirmed"};
    case 14031:  // OutOfDiskSpace
      return {ErrorKind::unavailable, "disk_full"};
    case 10334:  // BSONObjectTooLarge
    case 17280:  // KeyTooLong
      return {ErrorKind::too_large, "document_too_large"};
    default:
      return {ErrorKind::internal, "database_error"};
  }
}

// FerretDB 1 on SQLite says it so in findAndModify: InternalError and the words of SQLite.
bool is_unique_violation_of_ferretdb(const bson_error_t& error) {
  return error.code == 1 && std::string_view(error.message).contains("UNIQUE constraint failed");
}

// The driver tells why it found no server in words alone.
Meaning meaning_of_selection(std::string_view message) {
  if (message.contains("TLS handshake failed") || message.contains("certificate"))
    return {ErrorKind::unavailable, "database_tls_refused", true};
  return {ErrorKind::unavailable, "database_unreachable", true};
}

Meaning meaning_of_client_code(std::uint32_t code) {
  switch (code) {
    case MONGOC_ERROR_CLIENT_AUTHENTICATE:
      return kLoginRefused;
    case MONGOC_ERROR_CLIENT_TOO_BIG:
      return {ErrorKind::too_large, "document_too_large"};
    default:
      return {ErrorKind::internal, "database_error"};
  }
}

Meaning meaning_of(const bson_error_t& error, Deadline deadline) {
  switch (error.domain) {
    case MONGOC_ERROR_SERVER_SELECTION:
      return meaning_of_selection(error.message);
    case MONGOC_ERROR_STREAM:
      return deadline.is_over() ? kTimeout : kLost;
    case MONGOC_ERROR_CLIENT:
      return meaning_of_client_code(error.code);
    case MONGOC_ERROR_SCRAM:
    case MONGOC_ERROR_SASL:
      return kLoginRefused;
    case MONGOC_ERROR_SERVER:
    case MONGOC_ERROR_WRITE_CONCERN:
      return is_unique_violation_of_ferretdb(error) ? kTaken : meaning_of_server_code(error.code);
    default:
      return {ErrorKind::internal, "database_error"};
  }
}

}  // namespace

Error error_of(const bson_error_t& error, std::string_view what, Deadline deadline) {
  const Meaning meaning = meaning_of(error, deadline);
  Error told(meaning.kind, meaning.reason,
             fmt::format("{} ({}.{}): {}", error.message, error.domain, error.code, what), Origin::upstream);
  told.safe_to_retry = meaning.safe_to_retry;
  return told;
}

}  // namespace gatehouse::storage::mongo
