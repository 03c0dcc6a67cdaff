// The connections of one worker to one cluster: opened when first needed, lent to one user at a time, closed
// when they were idle for long or came back in a state that is not known for sure.
#pragma once

#include <memory>
#include <vector>

#include "runtime/timer.hpp"
#include "storage/postgres/connection.hpp"

namespace gatehouse::storage::postgres {

class Pool {
 public:
  // Lends a connection; gives it back when it goes.
  class Loan {
   public:
    Loan(Pool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Loan(Loan&& other) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (connection_) pool_->take_back(std::move(connection_));
    }
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  Pool(runtime::Executor executor, const Options& options) : options_(options), returned_(executor) {}
  Pool(const Pool&) = delete;

  // An idle connection that still lives, or a new one, or the next that comes back before the deadline.
  // Errors, all safe to retry: those of Connection::open; `unavailable`/"postgres_pool_full" when too many
  // wait already, `timeout`/"postgres_pool_timeout".
  [[nodiscard]] Awaitable<Result<Loan>> take(Deadline deadline);
  void close_idle(core::SteadyTime idle_before);

  [[nodiscard]] std::size_t open_count() const { return open_; }
  [[nodiscard]] std::size_t idle_count() const { return idle_.size(); }

 private:
  void take_back(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> take_idle();
  Awaitable<Result<Loan>> open_one(Deadline deadline);

  const Options& options_;
  std::vector<std::unique_ptr<Connection>> idle_;  // the last used last
  std::size_t open_ = 0;                           // idle, lent, or being opened
  std::size_t waiting_ = 0;
  runtime::Signal returned_;
};

}  // namespace gatehouse::storage::postgres
