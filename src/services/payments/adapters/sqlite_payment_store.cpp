#include "services/payments/adapters/sqlite_payment_store.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "services/payments/adapters/payment_document.hpp"
#include "services/payments/adapters/sealed_fields.hpp"
#include "telemetry/log.hpp"

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

struct Stored {
  PaymentState state;  // without what is sealed
  SealedFields sealed;
};

// Reads a row of kSelect.
Result<Stored> read_stored(const sqlite::Row& row) {
  auto document = core::parse_json_object(row.text(0));
  if (!document) return fail(ErrorKind::internal, "stored_payment_broken", document.error().detail);
  auto state = payment_of(*document);
  if (!state) return fail(state);
  return Stored{std::move(*state), {row.text(1), row.text(2), row.text(3)}};
}

// A damaged payment names itself in the log: it alone is an error, wherever it turns up.
Result<Payment> opened(const crypto::Envelope& envelope, Stored stored) {
  auto done = open(envelope, stored.sealed, stored.state);
  if (done) return Payment(std::move(stored.state));
  Error error = std::move(done.error());
  error.detail = fmt::format("payment {}: {}", stored.state.id, error.detail);
  if (crypto::is_rejected(error)) {
    log::error("payment-unreadable", "a payment does not open; it alone cannot be served",
               {log::field(error)});
  }
  return std::unexpected(std::move(error));
}

// Without those that are damaged.
Result<std::vector<Payment>> all_opened(const crypto::Envelope& envelope, std::vector<Stored> rows) {
  std::vector<Payment> payments;
  for (Stored& row : rows) {
    auto payment = opened(envelope, std::move(row));
    if (!payment && !crypto::is_rejected(payment.error())) return fail(payment);
    if (payment) payments.push_back(std::move(*payment));
  }
  return payments;
}

Result<Payment> find(sqlite::Connection& connection, const crypto::Envelope& envelope, const std::string& id,
                     const Owner& owner) {
  auto found = connection.one(kSelectOne, read_stored, id, owner);
  if (!found) return fail(found);
  if (!*found) return refuse(ErrorKind::not_found, "payment_not_found");
  return opened(envelope, std::move(**found));
}

// Fails unless the stored payment has this version.
Result<void> check_version(sqlite::Connection& connection, const std::string& id, std::int64_t version) {
  const auto version_in = [](const sqlite::Row& row) { return row.integer(0); };
  const auto stored = connection.one("SELECT version FROM payment WHERE id = ?", version_in, id);
  if (!stored) return fail(stored);
  if (!*stored) return refuse(ErrorKind::not_found, "payment_not_found");
  if (**stored != version) return refuse(ErrorKind::conflict, "version_conflict");
  return {};
}

// `payment` before the change: what is sealed of it stays as it is. Whether it is still the stored one is
// asked only if nothing is written: the write's condition says it otherwise.
Result<Payment> replace(sqlite::Connection& connection, Payment payment, const PaymentStore::Change& change) {
  const std::int64_t version = payment.state().version;
  payment.advance_version();
  auto done = change(payment);
  if (done) done = payment.check_invariants();
  const PaymentState& state = payment.state();
  if (!done) {
    if (auto current = check_version(connection, state.id, version); !current) return fail(current);
    return fail(done);
  }
  auto updated = connection.run(
      "UPDATE payment SET status = ?, next_check_at = ?, version = ?, document = ? WHERE id = ? AND version "
      "= ?",
      name_of(state.status), payment.next_check_at(), state.version, json::serialize(document_of(state)),
      state.id, version);
  if (!updated) return fail(updated);
  if (*updated == 1) return payment;
  if (auto current = check_version(connection, state.id, version); !current) return fail(current);
  return fail(ErrorKind::internal, "payment_not_replaced", state.id);
}

struct Position {
  core::SystemTime before;
  std::string id;
};

Result<std::vector<Stored>> rows_before(sqlite::Connection& connection, const ListQuery& query,
                                        const Position& position, std::size_t limit) {
  if (!query.reference) {
    return connection.all(kSelectPage, read_stored, position.before, position.id, query.owner, limit);
  }
  return connection.all(kSelectPageOfReference, read_stored, position.before, position.id, query.owner, limit,
                        *query.reference);
}

Result<PaymentPage> page_of(sqlite::Connection& connection, const crypto::Envelope& envelope,
                            const ListQuery& query) {
  // Without a position the page begins after everything there can be.
  Position position{core::SystemTime::max(), {}};
  if (query.after) position = {query.after->created_at, query.after->id};
  PaymentPage page;
  for (;;) {
    const std::size_t wanted = query.limit + 1 - page.payments.size();
    auto rows = rows_before(connection, query, position, wanted);
    if (!rows) return fail(rows);
    const bool is_last = rows->size() < wanted;
    if (!rows->empty()) position = {rows->back().state.created_at, rows->back().state.id};
    auto payments = all_opened(envelope, std::move(*rows));
    if (!payments) return fail(payments);
    std::ranges::move(*payments, std::back_inserter(page.payments));
    page.has_more = page.payments.size() > query.limit;
    if (page.has_more) page.payments.pop_back();
    if (page.has_more || is_last) return page;
  }
}

}  // namespace

Result<void> prepare_payment_schema(sqlite::Database& database) {
  return sqlite::migrate(database, kSchema);
}

Result<sqlite::Database> open_payments_source(const std::filesystem::path& file) {
  return sqlite::open_source(file, kSchema);
}

Result<Created> insert_payment(sqlite::Connection& connection, const crypto::Envelope& envelope,
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

Awaitable<Result<Created>> SqlitePaymentStore::create(Payment payment) {
  auto work = [envelope = envelope_, payment = std::move(payment)](sqlite::Connection& connection) {
    return insert_payment(connection, envelope, payment);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<Payment>> SqlitePaymentStore::get(std::string id, Owner owner) {
  auto work = [envelope = envelope_, id = std::move(id), owner = std::move(owner)](
                  sqlite::Connection& connection) { return find(connection, envelope, id, owner); };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<Payment>> SqlitePaymentStore::update(Payment payment, Change change) {
  auto work = [payment = std::move(payment),
               change = std::move(change)](sqlite::Connection& connection) mutable {
    return replace(connection, std::move(payment), change);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::vector<Payment>>> SqlitePaymentStore::due(core::SystemTime now, std::size_t limit) {
  auto work = [envelope = envelope_, now,
               limit](sqlite::Connection& connection) -> Result<std::vector<Payment>> {
    auto rows = connection.all(kSelectDue, read_stored, now, limit);
    if (!rows) return fail(rows);
    return all_opened(envelope, std::move(*rows));
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
