#include "storage/postgres/connection.hpp"

#include <cerrno>
#include <postgresql/libpq-fe.h>
#include <sys/socket.h>

#include "storage/postgres/sqlstate.hpp"

namespace gatehouse::storage::postgres {

struct Connection::Sent {
  enum class What { preparation, statement };
  What what;
  std::string_view sql;
  std::string name;  // of what is prepared
};

namespace {

template <class Names>
const std::string* name_in(const Names& names, std::string_view sql) {
  const auto found = names.find(sql);
  return found == names.end() ? nullptr : &found->second;
}

}  // namespace

void Connection::Close::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

Connection::Connection(Handle handle, runtime::Executor executor, std::size_t statements_max)
    : handle_(std::move(handle)),
      socket_(executor, PQsocket(handle_.get())),
      statements_max_(statements_max) {}

bool Connection::is_at_rest() const {
  return !is_broken_ && PQstatus(handle_.get()) == CONNECTION_OK &&
         PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
}

bool Connection::is_fit() const {
  if (!is_at_rest()) return false;
  // An idle server that says something says farewell.
  char byte = 0;
  const ssize_t got = ::recv(PQsocket(handle_.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::unexpected<Error> Connection::lost() {
  is_broken_ = true;
  std::string detail = PQerrorMessage(handle_.get());
  detail.resize(detail.find_last_not_of(" \n") + 1);
  return fail(ErrorKind::unavailable, "postgres_connection_lost", std::move(detail), Origin::upstream);
}

Error Connection::error_in(const pg_result* result) {
  const auto field = [result](int code) {
    const char* text = PQresultErrorField(result, code);
    return std::string(text == nullptr ? "" : text);
  };
  const std::string sqlstate = field(PG_DIAG_SQLSTATE);
  if (sqlstate.empty()) return lost().error();  // libpq's own: the connection failed
  if (ends_connection(sqlstate)) is_broken_ = true;
  // Only the primary message: the others may quote what is in the rows.
  std::string detail = field(PG_DIAG_MESSAGE_PRIMARY);
  if (const std::string name = field(PG_DIAG_CONSTRAINT_NAME); !name.empty()) detail += " [" + name + "]";
  return error_of(sqlstate, std::move(detail));
}

// A statement is prepared when it is first used, in the same round trip; beyond the limit it runs unprepared.
bool Connection::send_one(const Statement& statement, std::vector<Sent>& sent, Names& fresh) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  values.reserve(statement.parameters.size());
  lengths.reserve(statement.parameters.size());
  formats.reserve(statement.parameters.size());
  for (const Parameter& parameter : statement.parameters) {
    values.push_back(parameter.value ? parameter.value->c_str() : nullptr);
    lengths.push_back(parameter.value ? static_cast<int>(parameter.value->size()) : 0);
    formats.push_back(parameter.format == Parameter::Format::binary ? 1 : 0);
  }
  const int count = static_cast<int>(values.size());
  const std::string* name = name_in(prepared_, statement.sql);
  if (name == nullptr) name = name_in(fresh, statement.sql);
  if (name == nullptr) {
    const std::string sql(statement.sql);
    if (prepared_.size() + fresh.size() >= statements_max_) {
      sent.push_back({Sent::What::statement, statement.sql, {}});
      return PQsendQueryParams(handle_.get(), sql.c_str(), count, nullptr, values.data(), lengths.data(),
                               formats.data(), 0) == 1;
    }
    name = &fresh.emplace(sql, "s" + std::to_string(names_given_++)).first->second;
    sent.push_back({Sent::What::preparation, statement.sql, *name});
    if (PQsendPrepare(handle_.get(), name->c_str(), sql.c_str(), 0, nullptr) != 1) return false;
  }
  sent.push_back({Sent::What::statement, statement.sql, *name});
  return PQsendQueryPrepared(handle_.get(), name->c_str(), count, values.data(), lengths.data(),
                             formats.data(), 0) == 1;
}

Result<std::vector<Connection::Sent>> Connection::send(const Batch& batch) {
  std::vector<Sent> sent;
  Names fresh;
  for (const Statement& statement : batch.statements()) {
    if (!send_one(statement, sent, fresh)) return lost();
  }
  if (PQpipelineSync(handle_.get()) != 1) return lost();
  return sent;
}

// Sends what waits, and hears what comes, until there is a result. Nothing: the end of a statement's results.
Awaitable<Result<pg_result*>> Connection::next_result(Deadline deadline) {
  for (;;) {
    const int left = PQflush(handle_.get());
    if (left < 0) co_return lost();
    if (PQisBusy(handle_.get()) == 0) co_return PQgetResult(handle_.get());
    const auto readiness = left == 0 ? net::Readiness::readable : net::Readiness::either;
    const Result<void> ready = co_await socket_.wait(readiness, deadline);
    if (!ready) {
      is_broken_ = true;
      if (ready.error().kind == ErrorKind::cancelled) co_return fail(ready);
      co_return fail(ErrorKind::timeout, "postgres_timeout", "no answer", Origin::upstream);
    }
    if (PQconsumeInput(handle_.get()) != 1) co_return lost();
  }
}

Awaitable<Result<std::vector<Rows>>> Connection::collect(std::vector<Sent> sent, Deadline deadline) {
  std::vector<Rows> answers;
  std::optional<Error> error;
  for (const Sent& one : sent) {
    for (bool has_more = true; has_more;) {
      const Result<pg_result*> result = co_await next_result(deadline);
      if (!result) co_return fail(result);
      has_more = *result != nullptr;
      if (!has_more) break;
      Rows rows(*result);
      const ExecStatusType status = PQresultStatus(*result);
      if (status == PGRES_FATAL_ERROR && !error) error = error_in(*result);
      if (is_broken_) co_return std::unexpected(std::move(*error));
      if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) continue;
      if (one.what == Sent::What::preparation) {
        prepared_.emplace(one.sql, one.name);
      } else {
        answers.push_back(std::move(rows));
      }
    }
  }
  const Result<pg_result*> end = co_await next_result(deadline);
  if (!end) co_return fail(end);
  const Rows sync(*end);
  if (PQresultStatus(*end) != PGRES_PIPELINE_SYNC) co_return lost();
  if (error) co_return std::unexpected(std::move(*error));
  co_return answers;
}

Awaitable<Result<std::vector<Rows>>> Connection::run(const Batch& batch, Deadline deadline) {
  auto sent = send(batch);
  if (!sent) co_return fail(sent);
  co_return co_await collect(std::move(*sent), deadline);
}

Awaitable<Result<void>> Connection::run_script(std::string sql, Deadline deadline) {
  if (PQexitPipelineMode(handle_.get()) != 1 || PQsendQuery(handle_.get(), sql.c_str()) != 1) {
    co_return lost();
  }
  std::optional<Error> error;
  for (bool has_more = true; has_more;) {
    const Result<pg_result*> result = co_await next_result(deadline);
    if (!result) co_return fail(result);
    has_more = *result != nullptr;
    const Rows rows(*result);
    if (has_more && PQresultStatus(*result) == PGRES_FATAL_ERROR && !error) error = error_in(*result);
    if (is_broken_) co_return std::unexpected(std::move(*error));
  }
  if (PQenterPipelineMode(handle_.get()) != 1) co_return lost();
  if (error) co_return std::unexpected(std::move(*error));
  co_return Result<void>{};
}

Awaitable<Result<void>> Connection::wait_for_notification() {
  bool is_told = false;
  while (!is_told) {
    const Result<void> ready = co_await socket_.wait(net::Readiness::readable, Deadline::never());
    if (!ready) co_return fail(ready);
    if (PQconsumeInput(handle_.get()) != 1) co_return lost();
    while (PGnotify* const notification = PQnotifies(handle_.get())) {
      PQfreemem(notification);
      is_told = true;
    }
    if (PQstatus(handle_.get()) != CONNECTION_OK) co_return lost();
  }
  co_return Result<void>{};
}

}  // namespace gatehouse::storage::postgres
