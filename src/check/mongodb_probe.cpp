// MongoDB: version, clock and whether there is a primary from the server's greeting; the rights from what it
// says of our user, or, where it says nothing (FerretDB), by reading where nothing is.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "check/endpoint.hpp"
#include "core/text.hpp"
#include "storage/mongo/client.hpp"
#include "storage/mongo/server_info.hpp"

namespace gatehouse::check {
namespace {

namespace mongo = storage::mongo;

constexpr std::string_view kNowhere = "gatehouse_check";  // a collection that is never made
constexpr std::array<std::string_view, 5> kActions{"find", "insert", "update", "remove", "createIndex"};
constexpr std::uint16_t kMongoPort = 27'017;

// "db1", "db1:27017", "[::1]:27017"
http::Target target_of(std::string_view host, std::shared_ptr<net::ClientTls> tls) {
  http::Target target{.host = std::string(host), .port = kMongoPort, .tls = std::move(tls)};
  const auto colon = host.ends_with(']') ? std::string_view::npos : host.rfind(':');
  if (colon != std::string_view::npos) {
    target.host = host.substr(0, colon);
    target.port = core::parse_int<std::uint16_t>(host.substr(colon + 1)).value_or(kMongoPort);
  }
  if (target.host.starts_with('[')) target.host = target.host.substr(1, target.host.size() - 2);
  return target;
}

// The first host that answers tells of TLS; those before it that do not are to be mended.
Awaitable<Result<void>> look_at_hosts(const mongo::Options& options, Deadline deadline, Findings& findings) {
  net::TlsFiles files{.certificate = options.tls.certificate_and_key,
                      .key = options.tls.certificate_and_key,
                      .ca = options.tls.ca};
  const auto tls = net::ClientTls::load(std::move(files));
  if (!tls) co_return fail(tls);
  for (const std::string& host : options.hosts) {
    http::Target target = target_of(host, *tls);
    co_await look_at(std::move(target), deadline.capped(options.connect_timeout), findings);
    if (findings.is_reachable) break;
    if (!findings.problems.empty()) findings.problems.back() = host + ": " + findings.problems.back();
  }
  co_return Result<void>{};
}

bool is_about(const mongo::Document& privilege, std::string_view database) {
  mongo::Reading reading{privilege};
  const mongo::Document resource = reading.document("resource");
  if (resource.has("anyResource")) return true;
  if (!resource.has("db")) return false;  // {"cluster": true}
  const std::string about = mongo::Reading(resource).text("db");
  return about.empty() || about == database;
}

std::set<std::string, std::less<>> actions_of(const mongo::Document& privilege) {
  auto actions = mongo::Reading(privilege).texts("actions");
  return {std::move_iterator(actions.begin()), std::move_iterator(actions.end())};
}

// A right on some collections only counts: which of them are ours, only the role knows.
Result<void> read_privileges(mongo::Session& session, std::string_view database, Findings& findings) {
  const auto status = session.command({{"connectionStatus", 1}, {"showPrivileges", true}});
  if (!status) return fail(status);
  mongo::Reading reading{*status};
  const mongo::Document about = reading.document("authInfo");
  mongo::Reading about_us{about};
  std::set<std::string, std::less<>> allowed;
  for (const mongo::Document& privilege : about_us.documents("authenticatedUserPrivileges")) {
    if (is_about(privilege, database)) allowed.merge(actions_of(privilege));
  }
  for (const std::string_view action : kActions) {
    if (!allowed.contains(action) && !allowed.contains("anyAction"))
      findings.missing_rights.push_back(fmt::format("{} in the database {}", action, database));
  }
  if (const auto read = reading.finish(); !read) return read;
  return about_us.finish();
}

Result<void> try_reading(mongo::Session& session, std::string_view database, Findings& findings) {
  const auto found = session.find_one(kNowhere, {{"_id", 0}});
  if (found) return {};
  if (found.error().reason != "database_forbidden") return fail(found);
  findings.missing_rights.push_back(fmt::format("find in the database {}", database));
  return {};
}

// On a thread of the client's.
Result<void> ask(mongo::Session& session, const std::string& database, const core::Clock& clock,
                 Findings& findings) {
  const auto alive = session.command({{"ping", 1}});  // connects, so that the clock is asked without delay
  if (!alive) return fail(alive);
  const auto asked = clock.now();
  const auto info = mongo::server_info(session);
  if (!info) return fail(info);
  findings.clock_skew = skew_of(info->its_time, asked, clock.now());
  findings.version = info->version + (info->is_ferretdb ? " (FerretDB)" : "");
  if (!info->takes_writes) findings.problems.emplace_back("it takes no writes: it is not the primary");
  return info->is_ferretdb ? try_reading(session, database, findings)
                           : read_privileges(session, database, findings);
}

}  // namespace

Awaitable<Findings> probe_mongodb(Mention mention, Surroundings around) {
  Findings findings;
  const auto deadline = Deadline::after(around.patience);
  auto options = mongo::Options::from_json(mention.settings, mention.path, secrets_of(mention, around));
  if (!options) {
    findings.problems.push_back(words_of(options.error()));
    co_return findings;
  }
  const auto looked = co_await look_at_hosts(*options, deadline, findings);
  if (!looked) findings.problems.push_back(words_of(looked.error()));
  if (!findings.is_reachable) co_return findings;
  options->connections_max = 1;
  options->operation_timeout = std::min(options->operation_timeout, around.patience);
  const auto client = mongo::Client::open(*options);
  if (!client) {
    findings.problems.push_back(words_of(client.error()));
    co_return findings;
  }
  // The answer is awaited, so it may write into this frame.
  auto work = [&](mongo::Session& session) {
    return ask(session, options->database, around.clock, findings);
  };
  const auto asked = co_await (*client)->run(std::move(work));
  if (!asked) findings.problems.push_back(words_of(asked.error()));
  co_return findings;
}

}  // namespace gatehouse::check
