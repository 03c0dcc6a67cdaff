#include "provider_sim/bank.hpp"

#include <array>

#include "core/ids.hpp"
#include "provider_sim/forms.hpp"

namespace gatehouse::provider_sim {
namespace {

namespace json = boost::json;
namespace sqlite = storage::sqlite;
using sqlite::Connection;
using sqlite::Row;

constexpr std::array kSchema{sqlite::Migration{1, R"(
CREATE TABLE charge (
  id TEXT PRIMARY KEY, idempotency_key TEXT, status TEXT NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL,
  captured INTEGER NOT NULL, refunded INTEGER NOT NULL, payment_method TEXT NOT NULL, reference TEXT NOT NULL,
  payment_id TEXT NOT NULL, decline_code TEXT NOT NULL, created_at INTEGER NOT NULL,
  CHECK (captured BETWEEN 0 AND minor AND refunded BETWEEN 0 AND captured)
) STRICT;
CREATE INDEX charge_by_key ON charge (idempotency_key);
CREATE TABLE refund (
  id TEXT PRIMARY KEY, idempotency_key TEXT, charge TEXT NOT NULL REFERENCES charge (id), minor INTEGER NOT NULL,
  currency TEXT NOT NULL, status TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX refund_by_key ON refund (idempotency_key);
CREATE TABLE statement (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, type TEXT NOT NULL, charge TEXT NOT NULL,
  refund TEXT NOT NULL, minor INTEGER NOT NULL, net INTEGER NOT NULL, currency TEXT NOT NULL, reference TEXT NOT NULL,
  payment_id TEXT NOT NULL
) STRICT;
CREATE TRIGGER statement_is_final BEFORE UPDATE ON statement BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER statement_stays BEFORE DELETE ON statement BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TABLE answer (
  idempotency_key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE control (id INTEGER PRIMARY KEY CHECK (id = 1), faults TEXT NOT NULL) STRICT;
)"}};

const std::string kSelectCharge =
    "SELECT id, status, minor, currency, captured, refunded, payment_method, reference, payment_id, "
    "decline_code,"
    " created_at FROM charge ";

Result<Charge> read_charge(const Row& row) {
  const auto currency = Currency::from_code(row.text(3));
  if (!currency) return fail(ErrorKind::internal, "stored_charge_broken");
  return Charge{.id = row.text(0),
                .status = row.text(1),
                .amount = {row.integer(2), *currency},
                .captured = row.integer(4),
                .refunded = row.integer(5),
                .payment_method = row.text(6),
                .reference = row.text(7),
                .payment_id = row.text(8),
                .decline_code = row.text(9),
                .created_at = row.time(10)};
}

Result<Refund> read_refund(const Row& row) {
  const auto currency = Currency::from_code(row.text(3));
  if (!currency) return fail(ErrorKind::internal, "stored_refund_broken");
  return Refund{.id = row.text(0),
                .charge = row.text(1),
                .amount = {row.integer(2), *currency},
                .status = row.text(4),
                .created_at = row.time(5)};
}

Result<StatementLine> read_line(const Row& row) {
  const auto currency = Currency::from_code(row.text(7));
  if (!currency) return fail(ErrorKind::internal, "stored_statement_broken");
  return StatementLine{.sequence = row.integer(0),
                       .at = row.time(1),
                       .type = row.text(2),
                       .charge = row.text(3),
                       .refund = row.text(4),
                       .amount = {row.integer(5), *currency},
                       .net = row.integer(6),
                       .reference = row.text(8),
                       .payment_id = row.text(9)};
}

BankAnswer answer(unsigned status, const json::object& body) {
  return {.status = status, .body = json::serialize(body)};
}

BankAnswer refusal(const Error& error) {
  return answer(400, request_error(error.reason, "The request was refused."));
}

BankAnswer no_such_charge() {
  return answer(404, request_error("resource_missing", "No such charge."));
}

Result<void> append(Connection& connection, const StatementLine& line) {
  auto appended = connection.run(
      "INSERT INTO statement (at, type, charge, refund, minor, net, currency, reference, payment_id)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      line.at, line.type, line.charge, line.refund, line.amount.minor, line.net, line.amount.currency.code(),
      line.reference, line.payment_id);
  if (!appended) return fail(appended);
  return {};
}

StatementLine line_about(const Charge& charge, std::string type, std::int64_t minor, std::int64_t net,
                         core::SystemTime at) {
  return {.at = at,
          .type = std::move(type),
          .charge = charge.id,
          .amount = {minor, charge.amount.currency},
          .net = net,
          .reference = charge.reference,
          .payment_id = charge.payment_id};
}

Result<void> save(Connection& connection, const Charge& charge) {
  auto saved = connection.run("UPDATE charge SET status = ?, captured = ?, refunded = ? WHERE id = ?",
                              charge.status, charge.captured, charge.refunded, charge.id);
  if (!saved) return fail(saved);
  return {};
}

Result<BankAnswer> make_charge(Connection& connection, const BankRequest& request, const ChargeOrder& order) {
  Charge charge{.id = core::prefixed_id("ch", request.now),
                .status = !order.decline_code.empty() ? "declined"
                          : order.captures            ? "captured"
                                                      : "authorized",
                .amount = order.amount,
                .payment_method = order.payment_method,
                .reference = order.reference,
                .payment_id = order.payment_id,
                .decline_code = order.decline_code,
                .created_at = request.now};
  if (charge.status == "captured") charge.captured = charge.amount.minor;
  auto made = connection.run(
      "INSERT INTO charge (id, idempotency_key, status, minor, currency, captured, refunded, payment_method, "
      "reference,"
      " payment_id, decline_code, created_at) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
      charge.id, request.key, charge.status, charge.amount.minor, charge.amount.currency.code(),
      charge.captured, charge.payment_method, charge.reference, charge.payment_id, charge.decline_code,
      charge.created_at);
  if (!made) return fail(made);
  if (charge.status == "declined") return answer(402, card_error(charge));
  const std::string type = charge.status == "captured" ? "capture" : "authorization";
  auto booked =
      append(connection, line_about(charge, type, charge.amount.minor, charge.captured, request.now));
  if (!booked) return fail(booked);
  return answer(200, json_of(charge));
}

// Finds the charge, changes it by `rule`, books `line(charge)`.
template <class Rule, class Line>
Result<BankAnswer> change_charge(Connection& connection, const std::string& id, Rule rule, Line line) {
  auto found = connection.one(kSelectCharge + "WHERE id = ?", read_charge, id);
  if (!found) return fail(found);
  if (!*found) return no_such_charge();
  Charge charge = std::move(**found);
  if (auto changed = rule(charge); !changed) return refusal(changed.error());
  if (auto saved = save(connection, charge); !saved) return fail(saved);
  if (auto booked = append(connection, line(charge)); !booked) return fail(booked);
  return answer(200, json_of(charge));
}

Result<BankAnswer> make_refund(Connection& connection, const BankRequest& request, const std::string& id,
                               std::optional<std::int64_t> minor) {
  auto found = connection.one(kSelectCharge + "WHERE id = ?", read_charge, id);
  if (!found) return fail(found);
  if (!*found) return no_such_charge();
  Charge charge = std::move(**found);
  const std::int64_t wanted = minor.value_or(charge.captured - charge.refunded);
  if (wanted <= 0) return refusal(Error(ErrorKind::invalid, "charge_already_refunded"));
  const TokenBehaviour* token = find_token(charge.payment_method);
  const bool fails = token != nullptr && token->trouble == TokenBehaviour::Trouble::refund_fails;
  if (!fails) {
    if (auto refunded = refund(charge, wanted); !refunded) return refusal(refunded.error());
    if (auto saved = save(connection, charge); !saved) return fail(saved);
  }
  const Refund made{.id = core::prefixed_id("re", request.now),
                    .charge = charge.id,
                    .amount = {wanted, charge.amount.currency},
                    .status = fails ? "failed" : "succeeded",
                    .created_at = request.now};
  auto inserted = connection.run(
      "INSERT INTO refund (id, idempotency_key, charge, minor, currency, status, created_at)"
      " VALUES (?, ?, ?, ?, ?, ?, ?)",
      made.id, request.key, made.charge, made.amount.minor, made.amount.currency.code(), made.status,
      made.created_at);
  if (!inserted) return fail(inserted);
  if (fails) return answer(200, json_of(made));
  StatementLine line = line_about(charge, "refund", wanted, -wanted, request.now);
  line.refund = made.id;
  if (auto booked = append(connection, line); !booked) return fail(booked);
  return answer(200, json_of(made));
}

// What was answered under the key before: the same again, or a refusal if it was another request.
Result<std::optional<BankAnswer>> remembered(Connection& connection, const BankRequest& request) {
  struct Kept {
    std::string fingerprint;
    BankAnswer answer;
  };
  auto kept = connection.one(
      "SELECT fingerprint, status, body FROM answer WHERE idempotency_key = ?",
      [](const Row& row) {
        return Kept{row.text(0), {static_cast<unsigned>(row.integer(1)), row.text(2), true}};
      },
      request.key);
  if (!kept) return fail(kept);
  if (!*kept) return std::optional<BankAnswer>{};
  if ((*kept)->fingerprint != request.fingerprint) return answer(400, idempotency_error());
  return std::move((*kept)->answer);
}

}  // namespace

Result<void> prepare_bank_schema(sqlite::Database& database) {
  return sqlite::migrate(database, kSchema);
}

Bank::Answered Bank::once(BankRequest request, AnswerAs as, Effect effect) {
  auto work = [request = std::move(request), as,
               effect = std::move(effect)](Connection& connection) -> Result<BankAnswer> {
    if (request.key.empty()) return effect(connection);
    auto before = remembered(connection, request);
    if (!before) return fail(before);
    if (*before) return std::move(**before);
    auto answered = effect(connection);
    if (!answered) return fail(answered);
    if (as == AnswerAs::failure) answered = answer(500, api_error());
    auto kept = connection.run(
        "INSERT INTO answer (idempotency_key, fingerprint, status, body, at) VALUES (?, ?, ?, ?, ?)",
        request.key, request.fingerprint, answered->status, answered->body, request.now);
    if (!kept) return fail(kept);
    return answered;
  };
  co_return co_await database_.write(std::move(work));
}

Bank::Answered Bank::charge(BankRequest request, ChargeOrder order, AnswerAs as) {
  Effect effect = [request, order = std::move(order)](Connection& connection) {
    return make_charge(connection, request, order);
  };
  return once(std::move(request), as, std::move(effect));
}

Bank::Answered Bank::capture(BankRequest request, std::string charge, std::optional<std::int64_t> minor,
                             AnswerAs as) {
  Effect effect = [now = request.now, id = std::move(charge), minor](Connection& connection) {
    return change_charge(
        connection, id,
        [&](Charge& found) { return provider_sim::capture(found, minor.value_or(found.amount.minor)); },
        [&](const Charge& found) {
          return line_about(found, "capture", found.captured, found.captured, now);
        });
  };
  return once(std::move(request), as, std::move(effect));
}

Bank::Answered Bank::cancel(BankRequest request, std::string charge, AnswerAs as) {
  Effect effect = [now = request.now, id = std::move(charge)](Connection& connection) {
    return change_charge(
        connection, id, [](Charge& found) { return provider_sim::cancel(found); },
        [&](const Charge& found) { return line_about(found, "void", found.amount.minor, 0, now); });
  };
  return once(std::move(request), as, std::move(effect));
}

Bank::Answered Bank::refund(BankRequest request, std::string charge, std::optional<std::int64_t> minor,
                            AnswerAs as) {
  Effect effect = [request, id = std::move(charge), minor](Connection& connection) {
    return make_refund(connection, request, id, minor);
  };
  return once(std::move(request), as, std::move(effect));
}

Awaitable<Result<std::optional<Charge>>> Bank::find_charge(std::string id) {
  auto work = [id = std::move(id)](Connection& connection) {
    return connection.one(kSelectCharge + "WHERE id = ?", read_charge, id);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::optional<Charge>>> Bank::charge_under(std::string key) {
  auto work = [key = std::move(key)](Connection& connection) {
    return connection.one(kSelectCharge + "WHERE idempotency_key = ?", read_charge, key);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::optional<Refund>>> Bank::refund_under(std::string key) {
  auto work = [key = std::move(key)](Connection& connection) {
    return connection.one(
        "SELECT id, charge, minor, currency, status, created_at FROM refund WHERE idempotency_key = ?",
        read_refund, key);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::vector<StatementLine>>> Bank::statement(std::int64_t after, std::size_t limit) {
  auto work = [after, limit](Connection& connection) {
    return connection.all(
        "SELECT sequence, at, type, charge, refund, minor, net, currency, reference, payment_id FROM "
        "statement"
        " WHERE sequence > ? ORDER BY sequence LIMIT ?",
        read_line, after, limit);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<void>> Bank::keep_faults(std::string document) {
  auto work = [document = std::move(document)](Connection& connection) -> Result<void> {
    auto kept = connection.run(
        "INSERT INTO control (id, faults) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET faults = ?1",
        document);
    if (!kept) return fail(kept);
    return {};
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::optional<std::string>>> Bank::kept_faults() {
  auto work = [](Connection& connection) {
    return connection.one("SELECT faults FROM control WHERE id = 1",
                          [](const Row& row) { return row.text(0); });
  };
  co_return co_await database_.read(std::move(work));
}

}  // namespace gatehouse::provider_sim
