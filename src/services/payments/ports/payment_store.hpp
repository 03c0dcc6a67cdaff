// Where payments are kept. Shaped so that a store which can only replace one item under a condition suffices:
// every method touches one item, except list and due, which read an index that may lag.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "services/payments/domain/payment.hpp"

namespace gatehouse::payments {

// `owner` is part of every question that a caller causes: nothing means any owner.
using Owner = std::optional<std::string>;

struct Created {
  Payment payment;  // as stored: the given one, or the one that had the id before
  bool is_new = false;
};

struct ListQuery {
  Owner owner;
  std::optional<std::string> reference;
  std::size_t limit = 10;
  // Keyset: payments created before this one, newest first.
  struct Position {
    core::SystemTime created_at;
    std::string id;
  };
  std::optional<Position> after;
};

struct PaymentPage {
  std::vector<Payment> payments;
  bool has_more = false;
};

class PaymentStore {
 public:
  virtual ~PaymentStore() = default;

  // Puts the payment, and with it the record of the request that opened it, unless its id is taken.
  [[nodiscard]] virtual Awaitable<Result<Created>> create(Payment payment) = 0;

  // not_found/`payment_not_found`, also for another owner's.
  [[nodiscard]] virtual Awaitable<Result<Payment>> get(std::string id, Owner owner) = 0;

  // Changes the payment, as this store has given it, if it still has this version, and answers with what was
  // written. The change sees the version that will be written; what it refuses is not written. It runs on any
  // thread and must not wait. not_found/`payment_not_found`.
  // conflict/`version_conflict`: read again and decide again. internal/`broken_invariant`: nothing was
  // written.
  using Change = std::function<Result<void>(Payment&)>;
  [[nodiscard]] virtual Awaitable<Result<Payment>> update(Payment payment, Change change) = 0;

  // Payments that need attention by `now` (see Payment::next_check_at), the longest waiting first.
  [[nodiscard]] virtual Awaitable<Result<std::vector<Payment>>> due(core::SystemTime now,
                                                                    std::size_t limit) = 0;

  // Newest first.
  [[nodiscard]] virtual Awaitable<Result<PaymentPage>> list(ListQuery query) = 0;

  // How many payments are unknown: for the gauge.
  [[nodiscard]] virtual Awaitable<Result<std::int64_t>> count_unknown() = 0;
};

}  // namespace gatehouse::payments
