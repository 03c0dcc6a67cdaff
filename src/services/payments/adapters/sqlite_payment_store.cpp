#include "services/payments/adapters/sqlite_payment_store.hpp"

#include <array>

#include "core/fields.hpp"
#include "services/payments/adapters/payment_document.hpp"

namespace gatehouse::payments {
namespace {

namespace sqlite = storage::sqlite;

constexpr std::array kSchema{sqlite::Migration{1, R"(
CREATE TABLE payment (
  id             TEXT PRIMARY KEY,
  owner          TEXT NOT NULL,
  reference      TEXT NOT NULL,
  status         TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  next_check_at  INTEGER,
  version        INTEGER NOT NULL,
  document       TEXT NOT NULL,
  data_key       BLOB NOT NULL,
  payment_method BLOB NOT NULL,
  description    BLOB NOT NULL
) STRICT;
CREATE INDEX payment_due ON payment (next_check_at) WHERE next_check_at IS NOT NULL;
CREATE INDEX payment_unknown ON payment (status) WHERE status = 'unknown';
CREATE INDEX payment_by_time ON payment (created_at, id);
CREATE INDEX payment_by_reference ON payment (reference, created_at, id);
)"}};

const std::string kSelect = "SELECT document, data_key, payment_method, description FROM payment ";
const std::string kSelectOne = kSelect + "WHERE id = ?1 AND (?2 IS NULL OR owner = ?2)";
const std::string kSelectDue = kSelect + "WHERE next_check_at <= ? ORDER BY next_check_at LIMIT ?";
const std::string kSelectPage = kSelect +
                                "WHERE (created_at, id) < (?1, ?2) AND (?3 IS NULL OR owner = ?3)"
                                " ORDER BY created_at DESC, id DESC LIMIT ?4";
const std::string kSelectPageOfReference = kSelect +
                                           "WHERE (created_at, id) < (?1, ?2) AND (?3 IS NULL OR owner = ?3)"
                                           " AND reference = ?5 ORDER BY created_at DESC, id DESC LIMIT ?4";

crypto::RecordName record_name(const std::string& id) {
  return {"payments", "payment", id};
}

struct Sealed {
  std::string data_key;
  std::string payment_method;
  std::string description;
};

Result<Sealed> seal(const crypto::Envelope& envelope, const PaymentState& state) {
  auto created = envelope.create(record_name(state.id));
  if (!created) return fail(created);
  const auto& [key, wrapped] = *created;
  auto method = key.seal("payment_method", state.payment_method.reveal());
  if (!method) return fail(method);
  auto description = key.seal("description", state.description.reveal());
  if (!description) return fail(description);
  return Sealed{wrapped, std::move(*method), std::move(*description)};
}

Result<void> open(const crypto::Envelope& envelope, const Sealed& sealed, PaymentState& state) {
  auto key = envelope.unlock(record_name(state.id), sealed.data_key);
  if (!key) return fail(key);
  auto method = key->open("payment_method", sealed.payment_method);
  if (!method) return fail(method);
  auto description = key->open("description", sealed.description);
  if (!description) return fail(description);
  state.payment_method = Secret(std::move(*method));
  state.description = Pii(std::move(*description));
  return {};
}

// Reads a row of kSelect.
auto reader(const crypto::Envelope& envelope) {
  return [&envelope](const sqlite::Row& row) -> Result<Payment> {
    auto document = core::parse_json_object(row.text(0));
    if (!document) return fail(ErrorKind::internal, "stored_payment_broken", document.error().detail);
    auto state = payment_of(*document);
    if (!state) return fail(state);
    const Sealed sealed{row.text(1), row.text(2), row.text(3)};
    if (auto opened = open(envelope, sealed, *state); !opened) return fail(opened);
    return Payment(std::move(*state));
  };
}

Result<Payment> find(sqlite::Connection& connection, const crypto::Envelope& envelope, const std::string& id,
                     const Owner& owner) {
  auto found = connection.one(kSelectOne, reader(envelope), id, owner);
  if (!found) return fail(found);
  if (!*found) return refuse(ErrorKind::not_found, "payment_not_found");
  return std::move(**found);
}

Result<Created> insert(sqlite::Connection& connection, const crypto::Envelope& envelope,
                       const Payment& payment) {
  const PaymentState& state = payment.state();
  if (auto sound = payment.check_invariants(); !sound) return fail(sound);
  auto sealed = seal(envelope, state);
  if (!sealed) return fail(sealed);
  auto inserted = connection.run(
      "INSERT INTO payment (id, owner, reference, status, created_at, next_check_at, version, document, "
      "data_key,"
      " payment_method, description) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
      state.id, state.owner, state.reference, name_of(state.status), state.created_at,
      payment.next_check_at(), state.version, json::serialize(document_of(state)),
      sqlite::Blob{sealed->data_key}, sqlite::Blob{sealed->payment_method},
      sqlite::Blob{sealed->description});
  if (!inserted) return fail(inserted);
  if (*inserted == 1) return Created{.payment = payment, .is_new = true};
  auto existing = find(connection, envelope, state.id, std::nullopt);
  if (!existing) return fail(existing);
  return Created{.payment = std::move(*existing), .is_new = false};
}

Result<Payment> replace(sqlite::Connection& connection, const crypto::Envelope& envelope,
                        const std::string& id, std::int64_t version, const PaymentStore::Change& change) {
  auto payment = find(connection, envelope, id, std::nullopt);
  if (!payment) return payment;
  if (payment->state().version != version) return refuse(ErrorKind::conflict, "version_conflict");
  payment->advance_version();
  if (auto done = change(*payment); !done) return fail(done);
  if (auto sound = payment->check_invariants(); !sound) return fail(sound);
  const PaymentState& state = payment->state();
  auto updated = connection.run(
      "UPDATE payment SET status = ?, next_check_at = ?, version = ?, document = ? WHERE id = ? AND version "
      "= ?",
      name_of(state.status), payment->next_check_at(), state.version, json::serialize(document_of(state)), id,
      version);
  if (!updated) return fail(updated);
  if (*updated != 1) return refuse(ErrorKind::conflict, "version_conflict");
  return payment;
}

Result<PaymentPage> page_of(sqlite::Connection& connection, const crypto::Envelope& envelope,
                            const ListQuery& query) {
  // Without a position the page begins after everything there can be.
  const core::SystemTime before = query.after ? query.after->created_at : core::SystemTime::max();
  const std::string before_id = query.after ? query.after->id : std::string{};
  const std::size_t rows_max = query.limit + 1;
  auto rows = query.reference
                  ? connection.all(kSelectPageOfReference, reader(envelope), before, before_id, query.owner,
                                   rows_max, *query.reference)
                  : connection.all(kSelectPage, reader(envelope), before, before_id, query.owner, rows_max);
  if (!rows) return fail(rows);
  PaymentPage page{.payments = std::move(*rows)};
  page.has_more = page.payments.size() > query.limit;
  if (page.has_more) page.payments.pop_back();
  return page;
}

}  // namespace

Result<void> prepare_payment_schema(sqlite::Database& database) {
  return sqlite::migrate(database, kSchema);
}

Awaitable<Result<Created>> SqlitePaymentStore::create(Payment payment) {
  auto work = [envelope = envelope_, payment = std::move(payment)](sqlite::Connection& connection) {
    return insert(connection, envelope, payment);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<Payment>> SqlitePaymentStore::get(std::string id, Owner owner) {
  auto work = [envelope = envelope_, id = std::move(id), owner = std::move(owner)](
                  sqlite::Connection& connection) { return find(connection, envelope, id, owner); };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<Payment>> SqlitePaymentStore::update(std::string id, std::int64_t version, Change change) {
  auto work = [envelope = envelope_, id = std::move(id), version,
               change = std::move(change)](sqlite::Connection& connection) {
    return replace(connection, envelope, id, version, change);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::vector<Payment>>> SqlitePaymentStore::due(core::SystemTime now, std::size_t limit) {
  auto work = [envelope = envelope_, now,
               limit](sqlite::Connection& connection) -> Result<std::vector<Payment>> {
    return connection.all(kSelectDue, reader(envelope), now, limit);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<PaymentPage>> SqlitePaymentStore::list(ListQuery query) {
  auto work = [envelope = envelope_, query = std::move(query)](sqlite::Connection& connection) {
    return page_of(connection, envelope, query);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::int64_t>> SqlitePaymentStore::count_unknown() {
  auto work = [](sqlite::Connection& connection) -> Result<std::int64_t> {
    auto counted = connection.one("SELECT count(*) FROM payment WHERE status = 'unknown'",
                                  [](const sqlite::Row& row) { return row.integer(0); });
    if (!counted) return fail(counted);
    return counted->value_or(0);
  };
  co_return co_await database_.read(std::move(work));
}

}  // namespace gatehouse::payments
