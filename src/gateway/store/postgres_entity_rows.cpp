#include "gateway/store/postgres_entity_rows.hpp"

#include <array>

namespace gatehouse::gateway::store {
namespace {

namespace postgres = storage::postgres;
using postgres::Batch;
using postgres::Rows;

// The names begin with the component's, so that roles may share a database. A body is kept as it was sent,
// and can be asked with PostgreSQL's operators.
constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE gateway_entities (
  type        text  COLLATE "C" NOT NULL,
  id          text  COLLATE "C" NOT NULL,
  body        json  NOT NULL,
  wrapped_key bytea,
  PRIMARY KEY (type, id)
);

-- One row: the number of the last change. Who changes anything locks it first.
CREATE TABLE gateway_generation (number bigint NOT NULL);
INSERT INTO gateway_generation VALUES (1);

CREATE TABLE gateway_seeds (name text COLLATE "C" PRIMARY KEY);
)sql";

constexpr std::array kMigrations{postgres::Migration{1, kVersion1}};

StoredEntities entities_of(const std::vector<Rows>& results) {
  const Rows& rows = results[1];
  const Rows& names = results[2];
  StoredEntities stored{.generation = results[0].integer(0, 0), .rows = {}, .done = {}};
  stored.rows.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SealedRow sealed{.body = rows.text(i, 2), .wrapped_key = {}};
    if (!rows.is_null(i, 3)) sealed.wrapped_key = rows.bytes(i, 3);
    stored.rows.push_back({rows.text(i, 0), rows.text(i, 1), std::move(sealed)});
  }
  for (std::size_t i = 0; i < names.size(); ++i) stored.done.insert(names.text(i, 0));
  return stored;
}

Awaitable<Result<std::optional<StoredEntities>>> read_from(postgres::Database& database, std::int64_t known) {
  Batch look;
  look.add("SELECT number FROM gateway_generation");
  const auto last = co_await database.run(std::move(look), postgres::Repeatable::yes);
  if (!last) co_return fail(last);
  if (last->front().integer(0, 0) == known) co_return std::nullopt;
  // While the row is locked nobody commits a change: the statements see one state.
  Batch batch;
  batch.add("SELECT number FROM gateway_generation FOR SHARE");
  batch.add("SELECT type, id, body, wrapped_key FROM gateway_entities");
  batch.add("SELECT name FROM gateway_seeds");
  const auto all = co_await database.run(std::move(batch), postgres::Repeatable::yes);
  if (!all) co_return fail(all);
  co_return entities_of(*all);
}

Batch statements_of(const RowChange& change) {
  Batch batch;
  if (!change.once.empty()) batch.add("INSERT INTO gateway_seeds (name) VALUES ($1)", change.once);
  for (const RowChange::Write& write : change.writes) {
    if (!write.row) {
      batch.add("DELETE FROM gateway_entities WHERE type = $1 AND id = $2", write.type, write.id);
      continue;
    }
    const auto key =
        write.row->wrapped_key.transform([](const std::string& bytes) { return postgres::Bytes{bytes}; });
    batch.add(
        "INSERT INTO gateway_entities (type, id, body, wrapped_key) VALUES ($1, $2, $3::text::json, $4) "
        "ON CONFLICT (type, id) DO UPDATE SET body = excluded.body, wrapped_key = excluded.wrapped_key",
        write.type, write.id, write.row->body, key);
  }
  batch.add("NOTIFY gateway_configuration");
  return batch;
}

// Who comes second waits for the first one's commit, and then does not find its number any more.
Awaitable<Result<Written>> write_in(postgres::Transaction& transaction, const RowChange& change) {
  Batch count;
  count.add("UPDATE gateway_generation SET number = number + 1 WHERE number = $1", change.base);
  const auto counted = co_await transaction.run(std::move(count));
  if (!counted) co_return fail(counted);
  if (counted->front().affected() == 0) co_return Written::overtaken;
  const auto written = co_await transaction.run(statements_of(change));
  if (!written) co_return fail(written);
  co_return Written::done;
}

Awaitable<Result<Written>> write_to(postgres::Database& database, RowChange change) {
  auto work = [&change](postgres::Transaction& transaction) { return write_in(transaction, change); };
  co_return co_await database.transaction(std::move(work));
}

}  // namespace

postgres::Schema configuration_schema() {
  return {"gateway", kMigrations};
}

Result<std::optional<StoredEntities>> PostgresEntityRows::read(std::int64_t known) {
  return calls_.run(read_from(database_, known));
}

Result<Written> PostgresEntityRows::write(const RowChange& change) {
  return calls_.run(write_to(database_, change));
}

}  // namespace gatehouse::gateway::store
