#include "storage/postgres/pool.hpp"

namespace gatehouse::storage::postgres {
namespace {

std::unexpected<Error> no_connection(ErrorKind kind, std::string_view reason) {
  auto error = fail(kind, reason);
  error.error().safe_to_retry = true;
  return error;
}

// Undoes a count, unless it is kept: also when the coroutine is thrown away in the middle.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(&count) { ++count; }
  ~Counted() {
    if (count_ != nullptr) --*count_;
  }
  Counted(const Counted&) = delete;
  void keep() { count_ = nullptr; }

 private:
  std::size_t* count_;
};

}  // namespace

std::unique_ptr<Connection> Pool::take_idle() {
  while (!idle_.empty()) {
    std::unique_ptr<Connection> connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->is_fit()) return connection;
    --open_;
  }
  return nullptr;
}

Awaitable<Result<Pool::Loan>> Pool::open_one(Deadline deadline) {
  Counted counted(open_);
  Result<std::unique_ptr<Connection>> connection = co_await Connection::open(options_, deadline);
  if (!connection) {
    returned_.notify_one();  // the place is free again
    co_return fail(connection);
  }
  counted.keep();
  co_return Loan(*this, std::move(*connection));
}

Awaitable<Result<Pool::Loan>> Pool::take(Deadline deadline) {
  for (;;) {
    if (auto connection = take_idle()) co_return Loan(*this, std::move(connection));
    if (open_ < options_.connections_max) co_return co_await open_one(deadline);
    if (waiting_ >= options_.waiting_max)
      co_return no_connection(ErrorKind::unavailable, "postgres_pool_full");
    const Counted counted(waiting_);
    const Result<bool> woken = co_await returned_.wait(deadline);
    if (!woken) co_return fail(woken);
    if (deadline.is_over()) co_return no_connection(ErrorKind::timeout, "postgres_pool_timeout");
  }
}

void Pool::take_back(std::unique_ptr<Connection> connection) {
  // Whether the server says farewell meanwhile is seen when it is taken.
  if (connection->is_at_rest()) {
    connection->idle_since = std::chrono::steady_clock::now();
    idle_.push_back(std::move(connection));
  } else {
    --open_;
  }
  returned_.notify_one();
}

void Pool::close_idle(core::SteadyTime idle_before) {
  const auto closed =
      std::erase_if(idle_, [&](const auto& connection) { return connection->idle_since < idle_before; });
  open_ -= closed;
}

}  // namespace gatehouse::storage::postgres
