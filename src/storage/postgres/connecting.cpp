// How a connection begins: see connection.hpp. libpq resolves names in a blocking way, and tries several
// hosts without a limit for each; so we resolve, and give it one address at a time.
#include <array>
#include <postgresql/libpq-fe.h>

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "net/resolve.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/sqlstate.hpp"

namespace gatehouse::storage::postgres {
namespace {

// bytea_output: what Rows::bytes reads. The isolation is what transactions are written for, whatever the
// database's default is. The timeout frees the locks of a process that was frozen inside a transaction.
constexpr const char* kSessionOptions =
    "-c bytea_output=hex -c default_transaction_isolation=read\\ committed "
    "-c idle_in_transaction_session_timeout=15000 -c client_min_messages=error";

pg_conn* start(const Options& options, const Host& host, const std::string& address) {
  const std::string port = std::to_string(host.port);
  std::string password(options.password.reveal());
  const auto parameters = std::to_array<std::pair<const char*, const char*>>({
      {"host", host.name.c_str()},  // what the certificate must name
      {"hostaddr", address.c_str()},
      {"port", port.c_str()},
      {"dbname", options.database.c_str()},
      {"user", options.user.c_str()},
      {"password", password.c_str()},
      {"sslmode", "verify-full"},
      {"sslrootcert", options.tls.ca.c_str()},
      {"sslcert", options.tls.certificate.c_str()},
      {"sslkey", options.tls.key.c_str()},
      {"ssl_min_protocol_version", "TLSv1.2"},
      {"gssencmode", "disable"},
      {"keepalives_idle", "10"},  // seconds
      {"keepalives_interval", "5"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "20000"},  // milliseconds
      {"target_session_attrs", "read-write"},
      {"client_encoding", "UTF8"},
      {"application_name", options.application_name.c_str()},
      {"options", kSessionOptions},
      {nullptr, nullptr},
  });
  std::array<const char*, parameters.size()> names;
  std::array<const char*, parameters.size()> values;
  for (std::size_t i = 0; i < parameters.size(); ++i) std::tie(names[i], values[i]) = parameters[i];
  pg_conn* const connection = PQconnectStartParams(names.data(), values.data(), 0);
  core::wipe(password);
  return connection;
}

// libpq would print them on stderr.
void ignore_notice(void*, const pg_result*) {}

std::unexpected<Error> not_connected(Error error, const Host& host) {
  error.detail = fmt::format("{}:{}: {}", host.name, host.port, error.detail);
  error.origin = Origin::upstream;
  error.safe_to_retry = true;
  return std::unexpected<Error>(std::move(error));
}

}  // namespace

Awaitable<Result<Connection::Handle>> Connection::connect(const Options& options, const Host& host,
                                                          std::string address, Deadline deadline) {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  const Deadline until = deadline.capped(options.connect_timeout);
  Handle handle(start(options, host, address));
  if (!handle) co_return fail(ErrorKind::internal, "postgres_out_of_memory");
  PQsetNoticeReceiver(handle.get(), ignore_notice, nullptr);
  PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);  // with the code, also in what libpq says of a refusal
  if (PQstatus(handle.get()) == CONNECTION_BAD) {
    co_return not_connected(error_of_connecting(PQerrorMessage(handle.get())), host);
  }
  for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;) {
    // Registered anew for each wait: libpq may have gone on to another socket with the same number.
    net::ForeignSocket socket(executor, PQsocket(handle.get()));
    const auto readiness =
        next == PGRES_POLLING_READING ? net::Readiness::readable : net::Readiness::writable;
    const Result<void> ready = co_await socket.wait(readiness, until);
    if (!ready && ready.error().kind == ErrorKind::cancelled) co_return fail(ready);
    if (!ready) co_return not_connected({ErrorKind::timeout, "connect_timeout", address}, host);
    next = PQconnectPoll(handle.get());
    if (next == PGRES_POLLING_FAILED) {
      co_return not_connected(error_of_connecting(PQerrorMessage(handle.get())), host);
    }
  }
  if (PQsetnonblocking(handle.get(), 1) != 0 || PQenterPipelineMode(handle.get()) != 1) {
    co_return not_connected({ErrorKind::unavailable, "postgres_connection_lost"}, host);
  }
  co_return handle;
}

Awaitable<Result<Connection::Handle>> Connection::connect(const Options& options, const Host& host,
                                                          Deadline deadline) {
  const auto addresses = co_await net::resolve(host.name, deadline.capped(options.connect_timeout));
  if (!addresses) co_return fail(addresses);
  Error last(ErrorKind::unavailable, "name_not_found", host.name, Origin::upstream);
  for (const std::string& address : *addresses) {
    Result<Handle> handle = co_await connect(options, host, address, deadline);
    if (handle || handle.error().kind == ErrorKind::cancelled) co_return handle;
    last = std::move(handle.error());
  }
  co_return std::unexpected(std::move(last));
}

// The error of the host that tells most: a standby that answers "read only" is less of a cause than a primary
// that refuses the password.
Awaitable<Result<std::unique_ptr<Connection>>> Connection::open(const Options& options, Deadline deadline) {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  std::optional<Error> why;
  for (const Host& host : options.hosts) {
    Result<Handle> handle = co_await connect(options, host, deadline);
    if (handle) {
      co_return std::unique_ptr<Connection>(
          new Connection(std::move(*handle), executor, options.statements_max));
    }
    if (handle.error().kind == ErrorKind::cancelled) co_return fail(handle);
    if (!why || why->reason == "postgres_not_primary") why = std::move(handle.error());
  }
  co_return std::unexpected(why.value_or(Error(ErrorKind::internal, "postgres_no_hosts")));
}

}  // namespace gatehouse::storage::postgres
