// What runs between BEGIN and COMMIT on one connection. Made by Database::transaction().
#pragma once

#include "storage/postgres/connection.hpp"

namespace gatehouse::storage::postgres {

class Transaction {
 public:
  Transaction(Connection& connection, Deadline deadline) : connection_(connection), deadline_(deadline) {}
  Transaction(const Transaction&) = delete;

  // BEGIN and the statement timeout go out with the first batch. After an error nothing more can be done but
  // to return it.
  [[nodiscard]] Awaitable<Result<std::vector<Rows>>> run(Batch batch);

  // For Database: COMMIT after a success, ROLLBACK after an error. Whether a COMMIT that was sent and not
  // answered has happened is not known: `unavailable`/"postgres_commit_unknown", never safe to retry.
  [[nodiscard]] Awaitable<Result<void>> commit();
  [[nodiscard]] Awaitable<> roll_back();

 private:
  Connection& connection_;
  Deadline deadline_;
  bool has_begun_ = false;
  bool has_failed_ = false;
};

// For the function inside: somebody was faster, in a way that no lock prevents; run it again from the start.
[[nodiscard]] Error run_again(std::string detail);

// The error of a transaction that failed, marked as safe to retry where it was undone and may pass.
[[nodiscard]] Error undone(Error error);

// The statement that ends every statement after it on the server when the deadline has passed, in the
// transaction that it runs in; a little later the client gives up by itself.
void add_timeout(Batch& batch, Deadline deadline);
[[nodiscard]] Deadline with_grace(Deadline deadline);

}  // namespace gatehouse::storage::postgres
