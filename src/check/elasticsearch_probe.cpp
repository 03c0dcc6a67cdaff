// Elasticsearch: version and clock from its greeting; the right to add to the data stream from what it says
// of our user, where its security is on; and whether an index template waits for the data stream.
#include <fmt/format.h>

#include "check/endpoint.hpp"
#include "core/fields.hpp"
#include "core/text.hpp"
#include "log_shipper/settings.hpp"

namespace gatehouse::check {
namespace {

constexpr std::pair kOldest{8, 3};  // the first whose mappings leave dots in names alone (subobjects: false)
constexpr std::string_view kTemplate = "logs-gatehouse";

class Connection {
 public:
  Connection(http::Client& http, http::Target target, const log_shipper::Settings& settings,
             Secret authorization, Deadline deadline)
      : http_(http),
        target_(std::move(target)),
        settings_(settings),
        authorization_(std::move(authorization)),
        deadline_(deadline) {}

  [[nodiscard]] Awaitable<Result<http::Reply>> ask(std::string method, std::string path,
                                                   std::string content = {}) {
    http::Request request{.method = std::move(method), .target = settings_.server.path + path};
    if (!authorization_.empty()) request.headers.set("Authorization", authorization_.reveal());
    if (!content.empty()) request.headers.set("Content-Type", "application/json");
    request.content = std::move(content);
    co_return co_await http_.fetch(target_, request, deadline_);
  }

 private:
  http::Client& http_;
  http::Target target_;
  const log_shipper::Settings& settings_;
  Secret authorization_;
  Deadline deadline_;
};

std::string version_in(const json::object& greeting) {
  const json::value* version = greeting.if_contains("version");
  const json::value* number =
      version != nullptr && version->is_object() ? version->get_object().if_contains("number") : nullptr;
  return number != nullptr && number->is_string() ? std::string(number->get_string()) : std::string();
}

void judge_version(const std::string& version, Findings& findings) {
  findings.version = version.empty() ? "unknown" : version;
  const auto parts = core::split(version, '.');
  const auto major = core::parse_int<int>(parts[0]);
  const auto minor = parts.size() > 1 ? core::parse_int<int>(parts[1]) : std::nullopt;
  if (!major || !minor) {
    findings.problems.emplace_back("it does not say which version it is: is this Elasticsearch?");
  } else if (std::pair{*major, *minor} < kOldest) {
    findings.problems.push_back(fmt::format("version {} is too old: {}.{} or newer is needed", version,
                                            kOldest.first, kOldest.second));
  }
}

// False: nothing more can be asked.
Awaitable<bool> read_greeting(Connection& connection, const core::Clock& clock, Findings& findings) {
  const auto asked = clock.now();
  const auto reply = co_await connection.ask("GET", "/");
  const auto answered = clock.now();
  if (!reply) {
    findings.problems.push_back(words_of(reply.error()));
    co_return false;
  }
  findings.clock_skew = skew_of_date(reply->headers.get("Date"), asked, answered);
  if (reply->status == 401 || reply->status == 403) {
    findings.problems.push_back(fmt::format("it refuses the credentials ({})", reply->status));
    co_return false;
  }
  const auto greeting = core::parse_json_object(reply->content);
  if (reply->status != 200 || !greeting) {
    findings.problems.push_back(fmt::format("its greeting is no JSON (status {})", reply->status));
    co_return false;
  }
  judge_version(version_in(*greeting), findings);
  co_return true;
}

// Where security is off, or this is something that only speaks _bulk, there is no such question: nothing is
// said then.
Awaitable<> read_rights(Connection& connection, const std::string& data_stream, Findings& findings) {
  const json::object wanted{
      {"index", json::array{json::object{{"names", json::array{data_stream}},
                                         {"privileges", json::array{"auto_configure", "create_doc"}}}}}};
  const auto reply =
      co_await connection.ask("POST", "/_security/user/_has_privileges", json::serialize(wanted));
  const auto answer = reply && reply->status == 200 ? core::parse_json_object(reply->content)
                                                    : Result<json::object>(json::object{});
  const json::value* all = answer ? answer->if_contains("has_all_requested") : nullptr;
  if (all != nullptr && all->is_bool() && !all->get_bool())
    findings.missing_rights.push_back(fmt::format("create_doc and auto_configure on {}", data_stream));
}

// Ours, for its fields; without it the lines go where Elasticsearch's own template for logs puts them.
Awaitable<> look_for_template(Connection& connection, const std::string& data_stream, Findings& findings) {
  if (!data_stream.starts_with(kTemplate)) co_return;
  const auto reply = co_await connection.ask("GET", fmt::format("/_index_template/{}", kTemplate));
  if (reply && reply->status == 404)
    findings.problems.push_back(
        fmt::format("the index template {} is missing: deploy/elasticsearch/install", kTemplate));
}

}  // namespace

Awaitable<Findings> probe_elasticsearch(Mention mention, Surroundings around) {
  Findings findings;
  const auto deadline = Deadline::after(around.patience);
  const auto secrets = supervisor::Layout{around.platform.data}.secrets_dir(mention.role);
  const auto settings = log_shipper::Settings::from_json({{"elasticsearch", mention.settings}}, secrets);
  auto target = settings ? settings->server.target(settings->ca) : Result<http::Target>(fail(settings));
  auto authorization = settings ? settings->authorization() : Result<Secret>(Secret());
  if (!target || !authorization) {
    findings.problems.push_back(words_of(target ? authorization.error() : target.error()));
    co_return findings;
  }
  co_await look_at(*target, deadline, findings);
  if (!findings.is_reachable) co_return findings;
  Connection connection(around.http, std::move(*target), *settings, std::move(*authorization), deadline);
  if (!co_await read_greeting(connection, around.clock, findings)) co_return findings;
  co_await read_rights(connection, settings->data_stream, findings);
  co_await look_for_template(connection, settings->data_stream, findings);
  co_return findings;
}

}  // namespace gatehouse::check
