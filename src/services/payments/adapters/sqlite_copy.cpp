#include "services/payments/adapters/sqlite_copy.hpp"

#include "data_copy/sqlite_collection.hpp"
#include "services/payments/adapters/payment_content.hpp"
#include "services/payments/adapters/payment_document.hpp"
#include "services/payments/adapters/sealed_fields.hpp"
#include "services/payments/adapters/sqlite_payment_store.hpp"

namespace gatehouse::payments {
namespace {

namespace sqlite = storage::sqlite;

Result<void> open_into(const crypto::Envelope& envelope, const sqlite::Row& row, json::object& content) {
  auto state = payment_of(content);
  if (!state) return fail(ErrorKind::internal, "record_unreadable", state.error().detail);
  const SealedFields sealed{row.text(2), row.text(3), row.text(4)};
  if (auto opened = open(envelope, sealed, *state); !opened) return opened;
  content = content_of(*state);
  return {};
}

Result<void> insert(sqlite::Connection& connection, const crypto::Envelope& envelope, json::object content) {
  const auto payment = payment_in(std::move(content));
  if (!payment) return fail(payment);
  // One that says it was opened at another time has another key, and gives way.
  auto removed = connection.run("DELETE FROM payment WHERE id = ?", payment->state().id);
  if (!removed) return fail(removed);
  auto inserted = insert_payment(connection, envelope, *payment);
  if (!inserted) return fail(inserted);
  return {};
}

}  // namespace

std::unique_ptr<data_copy::Collection> collection_of(sqlite::AsyncDatabase& database,
                                                     crypto::Envelope envelope) {
  const auto open = [envelope](const sqlite::Row& row, json::object& content) {
    return open_into(envelope, row, content);
  };
  const auto insert_one = [envelope](sqlite::Connection& connection, const std::string&,
                                     json::object content) {
    return insert(connection, envelope, std::move(content));
  };
  data_copy::SqliteForm form{.name = "payments",
                             .read = R"sql(
SELECT printf('%020d', created_at) || '#' || id, document, data_key, payment_method, description
FROM payment WHERE (created_at, id) > (CAST(substr(?1, 1, 20) AS INTEGER), substr(?1, 22))
ORDER BY created_at, id LIMIT ?2)sql",
                             .remove = {R"sql(
DELETE FROM payment WHERE id = substr(?1, 22) AND created_at = CAST(substr(?1, 1, 20) AS INTEGER))sql"},
                             .insert = insert_one,
                             .open = open};
  return std::make_unique<data_copy::SqliteCollection>(database, std::move(form));
}

}  // namespace gatehouse::payments
