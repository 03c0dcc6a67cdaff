// One connection to PostgreSQL, in pipeline mode, and the statements prepared on it. Behind
// postgres::Database, which replaces it when it is lost.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "net/foreign_socket.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"
#include "storage/postgres/options.hpp"
#include "storage/postgres/statement.hpp"

struct pg_conn;  // libpq's PGconn

namespace gatehouse::storage::postgres {

class Connection {
 public:
  // To the first host that takes writes. Errors are `unavailable`, safe to retry: postgres_unreachable,
  // name_not_found, connect_timeout, postgres_certificate_rejected, postgres_wrong_host_name,
  // postgres_tls_failed, postgres_wrong_password, postgres_not_primary and the codes of sqlstate.hpp.
  [[nodiscard]] static Awaitable<Result<std::unique_ptr<Connection>>> open(const Options& options,
                                                                           Deadline deadline);

  // Sends the batch in one go; the results in its order. Without a BEGIN of its own the batch is one
  // transaction, which ends with it. The first error ends the batch: what follows is not run.
  // After `timeout`, `cancelled` or postgres_connection_lost the connection is broken.
  [[nodiscard]] Awaitable<Result<std::vector<Rows>>> run(const Batch& batch, Deadline deadline);
  // A text of several statements, without parameters: for migrations.
  [[nodiscard]] Awaitable<Result<void>> run_script(std::string sql, Deadline deadline);

  // After LISTEN: until something is told. Keepalives notice a server that has vanished.
  [[nodiscard]] Awaitable<Result<void>> wait_for_notification();

  [[nodiscard]] bool is_broken() const { return is_broken_; }
  // Neither broken nor inside a transaction.
  [[nodiscard]] bool is_at_rest() const;
  // At rest, and the server has not hung up meanwhile.
  [[nodiscard]] bool is_fit() const;

  core::SteadyTime idle_since;

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  using Handle = std::unique_ptr<pg_conn, Close>;
  using Names = std::map<std::string, std::string, std::less<>>;  // SQL → name of what is prepared
  struct Sent;                                                    // what a result will belong to

  Connection(Handle handle, runtime::Executor executor, std::size_t statements_max);

  static Awaitable<Result<Handle>> connect(const Options& options, const Host& host, std::string address,
                                           Deadline deadline);
  static Awaitable<Result<Handle>> connect(const Options& options, const Host& host, Deadline deadline);

  Result<std::vector<Sent>> send(const Batch& batch);
  bool send_one(const Statement& statement, std::vector<Sent>& sent, Names& fresh);
  Awaitable<Result<std::vector<Rows>>> collect(std::vector<Sent> sent, Deadline deadline);
  Awaitable<Result<pg_result*>> next_result(Deadline deadline);
  std::unexpected<Error> lost();
  Error error_in(const pg_result* result);

  Handle handle_;  // before the socket: it is closed after the socket has let go
  net::ForeignSocket socket_;
  std::size_t statements_max_;
  Names prepared_;
  std::size_t names_given_ = 0;
  bool is_broken_ = false;
};

}  // namespace gatehouse::storage::postgres
