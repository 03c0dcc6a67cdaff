// Payments in SQLite: one row per payment, a JSON document beside the few columns that are searched for. The
// provider's token and the description are sealed under a data key of the row (crypto/envelope).
#pragma once

#include <filesystem>

#include "crypto/envelope.hpp"
#include "services/payments/ports/payment_store.hpp"
#include "storage/sqlite/async.hpp"
#include "storage/sqlite/wrapped_rows.hpp"

namespace gatehouse::payments {

class SqlitePaymentStore final : public PaymentStore {
 public:
  // The database must be at the schema: see prepare_payment_schema.
  SqlitePaymentStore(storage::sqlite::AsyncDatabase& database, crypto::Envelope envelope)
      : database_(database), envelope_(std::move(envelope)) {}

  [[nodiscard]] Awaitable<Result<Created>> create(Payment payment) override;
  [[nodiscard]] Awaitable<Result<Payment>> get(std::string id, Owner owner) override;
  [[nodiscard]] Awaitable<Result<Payment>> update(Payment payment, Change change) override;
  [[nodiscard]] Awaitable<Result<std::vector<Payment>>> due(core::SystemTime now, std::size_t limit) override;
  [[nodiscard]] Awaitable<Result<PaymentPage>> list(ListQuery query) override;
  [[nodiscard]] Awaitable<Result<std::int64_t>> count_unknown() override;

 private:
  storage::sqlite::AsyncDatabase& database_;
  crypto::Envelope envelope_;
};

// The wrapped keys of the payments, for rotation: see name_of_payment_key.
inline const storage::WrappedTable kWrappedPaymentKeys{"payment", "id", "data_key"};

[[nodiscard]] Result<void> prepare_payment_schema(storage::sqlite::Database& database);
// To be read only: see storage::sqlite::open_source.
[[nodiscard]] Result<storage::sqlite::Database> open_payments_source(const std::filesystem::path& file);

// A whole new row; an older one of its id stays, and is what it answers with. Inside a transaction.
[[nodiscard]] Result<Created> insert_payment(storage::sqlite::Connection& connection,
                                             const crypto::Envelope& envelope, const Payment& payment);

}  // namespace gatehouse::payments
