#include "storage/postgres/schema.hpp"

#include <fmt/format.h>

#include "telemetry/log.hpp"

namespace gatehouse::storage::postgres {

namespace log = telemetry::log;

namespace {

// The lock is an arbitrary number that all Gatehouse processes share ("gate").
constexpr std::string_view kBegin = R"sql(
BEGIN;
SELECT pg_advisory_xact_lock(1734440037);
CREATE TABLE IF NOT EXISTS schema_versions (
  component  text        NOT NULL,
  version    integer     NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (component, version)
);
)sql";

int latest_of(const Schema& schema) {
  return schema.migrations.empty() ? 0 : schema.migrations.back().version;
}

Awaitable<Result<std::int64_t>> version_of(Connection& connection, std::string_view component,
                                           Deadline deadline) {
  Batch batch;
  batch.add("SELECT coalesce(max(version), 0) FROM schema_versions WHERE component = $1", component);
  const auto rows = co_await connection.run(batch, deadline);
  if (!rows) co_return fail(rows);
  co_return rows->front().integer(0, 0);
}

Awaitable<Result<void>> apply(Connection& connection, std::string_view component, const Migration& migration,
                              Deadline deadline) {
  const Result<void> applied = co_await connection.run_script(std::string(migration.sql), deadline);
  if (!applied) co_return fail(applied);
  Batch batch;
  batch.add("INSERT INTO schema_versions (component, version) VALUES ($1, $2)", component, migration.version);
  const auto noted = co_await connection.run(batch, deadline);
  if (!noted) co_return fail(noted);
  log::info("postgres-migrated", "the schema has a new version",
            {log::field("component", component), log::field("version", migration.version)});
  co_return Result<void>{};
}

Result<void> refuse_newer(const Schema& schema, std::int64_t version) {
  if (version <= latest_of(schema)) return {};
  return fail(ErrorKind::unavailable, "postgres_schema_newer",
              fmt::format("{} has version {}, this executable knows up to {}", schema.component, version,
                          latest_of(schema)));
}

// Nothing is written, not even the table of the versions.
Awaitable<Result<void>> expect(Connection& connection, const Schema& schema, Deadline deadline) {
  Batch batch;
  batch.add("SELECT to_regclass('schema_versions') IS NOT NULL");
  const auto rows = co_await connection.run(batch, deadline);
  if (!rows) co_return fail(rows);
  Result<std::int64_t> version = 0;
  if (rows->front().flag(0, 0)) version = co_await version_of(connection, schema.component, deadline);
  if (!version) co_return fail(version);
  if (*version >= latest_of(schema)) co_return refuse_newer(schema, *version);
  co_return fail(
      ErrorKind::unavailable, "postgres_schema_older",
      fmt::format("{} has version {}, expected is {}", schema.component, *version, latest_of(schema)));
}

Awaitable<Result<void>> apply_missing(Connection& connection, const Schema& schema, Deadline deadline) {
  const Result<std::int64_t> version = co_await version_of(connection, schema.component, deadline);
  if (!version) co_return fail(version);
  if (auto known = refuse_newer(schema, *version); !known) co_return known;
  for (const Migration& migration : schema.migrations) {
    if (migration.version <= *version) continue;
    const Result<void> applied = co_await apply(connection, schema.component, migration, deadline);
    if (!applied) co_return fail(applied);
  }
  co_return Result<void>{};
}

}  // namespace

Awaitable<Result<void>> migrate(Connection& connection, Schema schema, Deadline deadline) {
  if (schema.upkeep == Upkeep::expect) co_return co_await expect(connection, schema, deadline);
  const Result<void> begun = co_await connection.run_script(std::string(kBegin), deadline);
  const Result<void> done =
      begun ? co_await apply_missing(connection, schema, deadline) : Result<void>(fail(begun));
  const Result<void> ended = co_await connection.run_script(done ? "COMMIT" : "ROLLBACK", deadline);
  co_return done ? ended : done;
}

}  // namespace gatehouse::storage::postgres
