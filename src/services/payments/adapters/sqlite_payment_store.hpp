// Payments in SQLite: one row per payment, a JSON document beside the few columns that are searched for. The
// provider's token and the description are sealed under a data key of the row (crypto/envelope).
#pragma once

#include "crypto/envelope.hpp"
#include "services/payments/ports/payment_store.hpp"
#include "storage/sqlite_async.hpp"

namespace gatehouse::payments {

class SqlitePaymentStore final : public PaymentStore {
 public:
  // The database must be at the schema: see prepare_payment_schema.
  SqlitePaymentStore(storage::sqlite::AsyncDatabase& database, crypto::Envelope envelope)
      : database_(database), envelope_(std::move(envelope)) {}

  [[nodiscard]] Awaitable<Result<Created>> create(Payment payment) override;
  [[nodiscard]] Awaitable<Result<Payment>> get(std::string id, Owner owner) override;
  [[nodiscard]] Awaitable<Result<Payment>> update(std::string id, std::int64_t version,
                                                  Change change) override;
  [[nodiscard]] Awaitable<Result<std::vector<Payment>>> due(core::SystemTime now, std::size_t limit) override;
  [[nodiscard]] Awaitable<Result<PaymentPage>> list(ListQuery query) override;
  [[nodiscard]] Awaitable<Result<std::int64_t>> count_unknown() override;

 private:
  storage::sqlite::AsyncDatabase& database_;
  crypto::Envelope envelope_;
};

[[nodiscard]] Result<void> prepare_payment_schema(storage::sqlite::Database& database);

}  // namespace gatehouse::payments
