// Redis: INFO for the version, TIME for the clock, and the commands that caches and counters use, each tried
// once on a key of its own that is gone a moment later.
#include <array>

#include <fmt/format.h>

#include "check/endpoint.hpp"
#include "core/text.hpp"
#include "storage/redis/options.hpp"

namespace gatehouse::check {
namespace {

using std::chrono::milliseconds;
namespace redis = storage::redis;

constexpr std::string_view kKey = "gatehouse:check";
constexpr std::string_view kClientName = "gatehouse-check";

std::string version_in(std::string_view info) {
  static constexpr std::string_view kName = "redis_version:";
  const auto begin = info.find(kName);
  if (begin == std::string_view::npos) return "";
  const auto text = info.substr(begin + kName.size());
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

Awaitable<> read_clock(redis::Redis& client, const core::Clock& clock, Deadline deadline,
                       Findings& findings) {
  const auto asked = clock.now();
  const auto time = co_await client.command({"TIME"}, deadline);
  const auto answered = clock.now();
  if (!time || time->elements.size() != 2) co_return;
  const auto seconds = core::parse_int<std::int64_t>(time->elements[0].text);
  const auto micros = core::parse_int<std::int64_t>(time->elements[1].text);
  if (!seconds || !micros) co_return;
  const auto server = core::from_unix_micros(*seconds * 1'000'000 + *micros);
  findings.clock_skew = skew_of(server, asked, answered);
}

// A refusal that names the command is a missing right; one that names the key is not: roles have keys of
// their own.
Awaitable<> try_rights(redis::Redis& client, Deadline deadline, Findings& findings) {
  const std::array<std::vector<std::string_view>, 5> commands{{{"SET", kKey, "1", "PX", "1000"},
                                                               {"GET", kKey},
                                                               {"EVAL", "return 1", "0"},
                                                               {"PUBLISH", kKey, "1"},
                                                               {"DEL", kKey}}};
  for (const auto& words : commands) {
    const auto reply = co_await client.command(words, deadline);
    if (reply || reply.error().reason != "redis_no_permission") continue;
    if (reply.error().detail.find("command") != std::string::npos)
      findings.missing_rights.push_back(fmt::format("the command {}", words.front()));
  }
}

Awaitable<> ask(redis::Redis& client, const core::Clock& clock, Deadline deadline, Findings& findings) {
  client.start();
  const auto connected = co_await client.wait_until_connected(deadline.capped(milliseconds{2'000}));
  if (!connected) {
    findings.problems.push_back(fmt::format("it is there, but does not let us in; wrong user or password? {}",
                                            words_of(connected.error())));
  } else {
    const auto info = co_await client.command({"INFO", "server"}, deadline);
    findings.version = info ? version_in(info->text) : "unknown (INFO is not allowed)";
    co_await read_clock(client, clock, deadline, findings);
    co_await try_rights(client, deadline, findings);
  }
  (void)co_await client.stop(Deadline::after(milliseconds{500}));
}

}  // namespace

Awaitable<Findings> probe_redis(Mention mention, Surroundings around) {
  Findings findings;
  const auto deadline = Deadline::after(around.patience);
  const auto options = redis::Options::from_json(mention.settings, mention.path, secrets_of(mention, around));
  const auto settings = options ? redis::settings_of(*options, std::string(kClientName))
                                : Result<redis::Settings>(fail(options));
  if (!settings) {
    findings.problems.push_back(words_of(settings.error()));
    co_return findings;
  }
  // Of a cluster, and of sentinels, one tells of TLS.
  http::Target target{.host = settings->host,
                      .port = settings->port,
                      .tls = settings->tls,
                      .server_name = settings->server_name};
  co_await look_at(std::move(target), deadline, findings);
  if (!findings.is_reachable) co_return findings;
  const auto client = redis::open(around.executor, *options, std::string(kClientName));
  if (client) {
    co_await ask(**client, around.clock, deadline, findings);
  } else {
    findings.problems.push_back(words_of(client.error()));
  }
  co_return findings;
}

}  // namespace gatehouse::check
