// PostgreSQL: version, TLS and clock as the server tells them to a connection of our own client, which shows
// no certificate; and the rights that migrations and the work on our tables need.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "check/endpoint.hpp"
#include "storage/postgres/connection.hpp"

namespace gatehouse::check {
namespace {

namespace postgres = storage::postgres;

constexpr std::string_view kAbout =
    "SELECT split_part(current_setting('server_version'), ' ', 1), "
    "(SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()), current_schema(), "
    "has_schema_privilege(current_schema(), 'CREATE')";

constexpr std::string_view kClock = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

// Our tables are those of the schema that belong to the owner of schema_versions; before the first start
// there are none.
constexpr std::string_view kRefused =
    "SELECT c.relname, string_agg(privilege, ', ' ORDER BY privilege) "
    "FROM pg_class c, pg_class ours, pg_namespace n, "
    "unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) privilege "
    "WHERE n.nspname = current_schema() AND ours.relnamespace = n.oid AND ours.relname = 'schema_versions' "
    "AND c.relnamespace = n.oid AND c.relowner = ours.relowner AND c.relkind IN ('r', 'p') "
    "AND NOT has_table_privilege(c.oid, privilege) GROUP BY c.relname ORDER BY c.relname LIMIT 100";

// The others are words of a server, or of what came of its TLS.
bool is_silence(const Error& error) {
  static constexpr std::array<std::string_view, 3> kSilent{"postgres_unreachable", "name_not_found",
                                                           "connect_timeout"};
  return std::ranges::find(kSilent, error.reason) != kSilent.end();
}

Awaitable<Result<postgres::Rows>> ask(postgres::Connection& connection, std::string_view sql,
                                      Deadline deadline) {
  postgres::Batch batch;
  batch.add(sql);
  auto rows = co_await connection.run(batch, deadline);
  if (!rows) co_return fail(rows);
  co_return std::move(rows->front());
}

Awaitable<Result<void>> ask_about(postgres::Connection& connection, Deadline deadline, Findings& findings) {
  const auto about = co_await ask(connection, kAbout, deadline);
  if (!about) co_return fail(about);
  findings.version = about->text(0, 0);
  findings.tls_version = about->maybe_text(0, 1).value_or("");
  const auto schema = about->maybe_text(0, 2);
  if (!schema) {
    findings.problems.emplace_back("no schema of the search_path exists");
  } else if (!about->flag(0, 3)) {
    findings.missing_rights.push_back(fmt::format("CREATE on the schema {}", *schema));
  }
  co_return Result<void>{};
}

Awaitable<Result<void>> ask_clock(postgres::Connection& connection, const core::Clock& clock,
                                  Deadline deadline, Findings& findings) {
  const auto asked = clock.now();
  const auto time = co_await ask(connection, kClock, deadline);
  if (!time) co_return fail(time);
  findings.clock_skew = skew_of(time->time(0, 0), asked, clock.now());
  co_return Result<void>{};
}

Awaitable<Result<void>> ask_rights(postgres::Connection& connection, Deadline deadline, Findings& findings) {
  const auto refused = co_await ask(connection, kRefused, deadline);
  if (!refused) co_return fail(refused);
  for (std::size_t row = 0; row < refused->size(); ++row)
    findings.missing_rights.push_back(fmt::format("{} on {}", refused->view(row, 1), refused->view(row, 0)));
  co_return Result<void>{};
}

Awaitable<Result<void>> ask_all(postgres::Connection& connection, const core::Clock& clock, Deadline deadline,
                                Findings& findings) {
  auto asked = co_await ask_about(connection, deadline, findings);
  if (asked) asked = co_await ask_clock(connection, clock, deadline, findings);
  if (asked) asked = co_await ask_rights(connection, deadline, findings);
  co_return asked;
}

std::string endpoint_of(const postgres::Options& options) {
  std::vector<std::string> hosts;
  for (const postgres::Host& host : options.hosts)
    hosts.push_back(fmt::format("{}:{}", host.name, host.port));
  return fmt::format("{}", fmt::join(hosts, ","));
}

}  // namespace

Awaitable<Findings> probe_postgres(Mention mention, Surroundings around) {
  Findings findings;
  const auto deadline = Deadline::after(around.patience);
  const auto options =
      postgres::Options::from_json(mention.settings, mention.path, secrets_of(mention, around));
  if (!options) {
    findings.problems.push_back(words_of(options.error()));
    co_return findings;
  }
  findings.endpoint = endpoint_of(*options);
  const auto connection = co_await postgres::Connection::open(*options, deadline);
  findings.is_reachable = connection || !is_silence(connection.error());
  if (!connection) {
    findings.problems.push_back(words_of(connection.error()));
    co_return findings;
  }
  const auto asked = co_await ask_all(**connection, around.clock, deadline, findings);
  if (!asked) findings.problems.push_back(words_of(asked.error()));
  co_return findings;
}

}  // namespace gatehouse::check
