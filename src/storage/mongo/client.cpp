#include "storage/mongo/client.hpp"

#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "storage/mongo/owners.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::mongo {

namespace {

// A read that the server should have ended by itself is given up so much later: its own word is the better.
constexpr std::chrono::milliseconds kServerMayAnswerLate{200};
constexpr int kLookAgain = 5'000;  // milliseconds between two looks at each server

// The driver starts in a constructor, in every process and before main, and keeps its counters in a file of
// /dev/shm that is named after the process. Who is killed leaves it there; who gets that number next warns on
// its output. Nobody reads the counters: this constructor, which comes before the driver's, keeps them in
// memory.
[[gnu::constructor(101)]] void keep_counters_in_memory() {
  ::setenv("MONGOC_DISABLE_SHM", "1", 0);
}

// What the driver does with nobody waiting: its warnings come back as the errors of those who wait.
void tell(mongoc_log_level_t level, const char* domain, const char* message, void* /*nobody*/) {
  if (level > MONGOC_LOG_LEVEL_MESSAGE) return;
  log::debug("mongodb-driver", message, {log::field("driver.domain", domain)});
}

// The driver's own start and end, once in a process.
class Library {
 public:
  Library() {
    mongoc_log_set_handler(tell, nullptr);
    mongoc_init();
  }
  ~Library() { mongoc_cleanup(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

void use_library() {
  static const Library library;
}

Result<void> check_file(const std::string& file) {
  if (file.empty() || std::ifstream(file).good()) return {};
  return fail(ErrorKind::invalid, "tls_file_rejected", fmt::format("{}: cannot be read", file));
}

void set_times(mongoc_uri_t* uri, const Options& options) {
  const auto number = [uri](const char* name, std::chrono::milliseconds value) {
    mongoc_uri_set_option_as_int32(uri, name, static_cast<std::int32_t>(value.count()));
  };
  number(MONGOC_URI_SERVERSELECTIONTIMEOUTMS, options.connect_timeout);
  number(MONGOC_URI_CONNECTTIMEOUTMS, options.connect_timeout);
  number(MONGOC_URI_SOCKETTIMEOUTMS, options.operation_timeout + kServerMayAnswerLate);
  mongoc_uri_set_option_as_int32(uri, MONGOC_URI_HEARTBEATFREQUENCYMS, kLookAgain);
  mongoc_uri_set_option_as_int64(uri, MONGOC_URI_WTIMEOUTMS, options.operation_timeout.count());
}

Result<Uri> uri_of(const Options& options) {
  bson_error_t error;
  Uri uri(
      mongoc_uri_new_with_error(fmt::format("mongodb://{}/", fmt::join(options.hosts, ",")).c_str(), &error));
  if (!uri) return fail(ErrorKind::invalid, "invalid_field", fmt::format("hosts: {}", error.message));
  const auto text = [&uri](const char* name, const std::string& value) {
    if (!value.empty()) mongoc_uri_set_option_as_utf8(uri.get(), name, value.c_str());
  };
  text(MONGOC_URI_REPLICASET, options.replica_set);
  text(MONGOC_URI_TLSCAFILE, options.tls.ca);
  text(MONGOC_URI_TLSCERTIFICATEKEYFILE, options.tls.certificate_and_key);
  text(MONGOC_URI_READCONCERNLEVEL, options.read_concern);
  text(MONGOC_URI_W, "majority");
  mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_TLS, true);
  mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_JOURNAL, true);
  mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_MAXPOOLSIZE,
                                 static_cast<std::int32_t>(options.connections_max));
  mongoc_uri_set_username(uri.get(), options.user.c_str());
  mongoc_uri_set_password(uri.get(), std::string(options.password.reveal()).c_str());
  mongoc_uri_set_auth_source(uri.get(), options.auth_source.c_str());
  mongoc_uri_set_auth_mechanism(uri.get(), "SCRAM-SHA-256");
  set_times(uri.get(), options);
  return uri;
}

resilience::CircuitBreakerLimits breaker_limits(const Options& options) {
  using std::chrono::milliseconds;
  return {.calls_min = 5,
          .slow_call = 2 * options.operation_timeout,
          .open_first = milliseconds{500},
          .open_max = milliseconds{5'000},
          .probes = 1};
}

}  // namespace

struct Client::Driver {
  Pool pool;
};

Result<std::unique_ptr<Client>> Client::open(Options options, Prepare prepare) {
  use_library();
  for (const std::string& file : {options.tls.ca, options.tls.certificate_and_key}) {
    if (const auto readable = check_file(file); !readable) return fail(readable);
  }
  const auto uri = uri_of(options);
  if (!uri) return fail(uri);
  bson_error_t error;
  auto driver = std::make_unique<Driver>(Pool(mongoc_client_pool_new_with_error(uri->get(), &error)));
  if (!driver->pool) return fail(ErrorKind::invalid, "invalid_field", error.message);
  mongoc_client_pool_set_error_api(driver->pool.get(), MONGOC_ERROR_API_VERSION_2);
  mongoc_client_pool_set_appname(driver->pool.get(), "gatehouse");
  return std::unique_ptr<Client>(new Client(std::move(options), std::move(prepare), std::move(driver)));
}

Client::Client(Options options, Prepare prepare, std::unique_ptr<Driver> driver)
    : options_(std::move(options)),
      prepare_(std::move(prepare)),
      is_prepared_(!prepare_),
      driver_(std::move(driver)),
      breaker_(breaker_limits(options_)),
      threads_("mongodb", {.threads = options_.connections_max, .queue_max = options_.queue_max}) {}

Client::~Client() = default;

// Refused for what was wrong a moment ago: that is what somebody can mend.
Result<Client::Permit> Client::enter() {
  auto permit = breaker_.allow(std::chrono::steady_clock::now());
  if (permit || !last_failure_) return permit;
  Error shut(ErrorKind::unavailable, last_failure_->reason,
             fmt::format("not asked, it failed a moment ago: {}", last_failure_->detail), Origin::upstream);
  shut.safe_to_retry = true;
  return std::unexpected<Error>(std::move(shut));
}

// What the work itself refuses says nothing about the database.
void Client::leave(Permit& permit, const Error* error) {
  const auto now = std::chrono::steady_clock::now();
  const bool is_its_fault = error != nullptr && error->origin == Origin::upstream &&
                            (error->kind == ErrorKind::unavailable || error->kind == ErrorKind::timeout);
  if (!is_its_fault) return permit.succeeded(now);
  last_failure_ = *error;
  permit.failed(now);
}

Result<void> Client::with_session(Deadline deadline, const std::function<void(Session&)>& use) {
  if (deadline.is_over()) {
    Error late(ErrorKind::timeout, "database_queue_timeout", "no connection was free in time");
    late.safe_to_retry = true;
    return std::unexpected<Error>(std::move(late));
  }
  Lease lease(*driver_->pool);
  Session session(lease.client(), options_.database, deadline);
  if (const auto prepared = prepare(session); !prepared) return prepared;
  use(session);
  return {};
}

Result<void> Client::prepare(Session& session) {
  if (is_prepared_) return {};
  const std::lock_guard one_at_a_time(preparing_);
  if (is_prepared_) return {};
  const auto prepared = prepare_(session);
  if (prepared) is_prepared_ = true;
  return prepared;
}

}  // namespace gatehouse::storage::mongo
