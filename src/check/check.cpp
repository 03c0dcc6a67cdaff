#include "check/check.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "check/endpoint.hpp"
#include "check/mentions.hpp"
#include "check/report.hpp"
#include "runtime/worker.hpp"
#include "supervisor/prepare.hpp"

namespace gatehouse::check {
namespace {

int complain(const CheckOptions& options, const Error& error) {
  if (options.format == Format::json) {
    fmt::print("{}\n", json::serialize(json::object{{"fine", false}, {"error", words_of(error)}}));
  } else {
    fmt::print(stderr, "gatehouse check: {}\n", words_of(error));
  }
  return 1;
}

Result<supervisor::Platform> load(const CheckOptions& options) {
  const auto data = std::filesystem::absolute(options.data).lexically_normal();
  return options.file.empty() ? supervisor::Platform::load(data)
                              : supervisor::Platform::load_file(options.file, data);
}

Awaitable<std::vector<Checked>> try_all(std::vector<Mention> mentions, Surroundings around) {
  std::vector<Checked> checked;
  for (Mention& mention : mentions) {
    Findings findings;
    if (const Probe probe = probe_of(mention.engine)) {
      findings = co_await probe(mention, around);
    } else {
      findings.problems.push_back(fmt::format("\"{}\" is no engine that this build knows", mention.engine));
    }
    judge(findings, around.clock.now());
    checked.push_back({std::move(mention), std::move(findings)});
  }
  co_return checked;
}

}  // namespace

Result<void> read_settings(const supervisor::Platform& platform, std::span<const KnownRole> roles) {
  for (const supervisor::Instance& instance : supervisor::instances_of(platform)) {
    const auto config = service::Config::from_json(supervisor::config_of(platform, instance));
    if (!config) return fail(config);
    for (const KnownRole& role : roles) {
      if (role.name != instance.role) continue;
      const auto read = role.read_settings(*config);
      if (!read)
        return fail(
            read.error().kind, read.error().reason,
            fmt::format("{}: roles.{}.{}", platform.file.string(), instance.role, read.error().detail));
    }
  }
  return {};
}

std::vector<Checked> try_engines(const supervisor::Platform& platform, std::span<const KnownRole> roles) {
  const core::SystemClock clock;
  boost::asio::io_context io{1};
  http::Client http(io.get_executor(), {});
  const Surroundings around{
      .platform = platform, .roles = roles, .clock = clock, .http = http, .executor = io.get_executor()};
  auto checked = runtime::run_to_end(io, try_all(mentions_in(platform), around));
  http.close_idle();
  return checked;
}

int run(const CheckOptions& options, std::span<const KnownRole> roles) {
  const auto platform = load(options);
  if (!platform) return complain(options, platform.error());
  if (const auto read = read_settings(*platform, roles); !read) return complain(options, read.error());

  const auto checked = try_engines(*platform, roles);
  const auto result = as_json(checked);
  if (options.format == Format::json) {
    fmt::print("{}\n", json::serialize(result));
  } else {
    fmt::print("{} is understood.\n\n{}", platform->file.string(),
               as_table(checked, core::SystemClock().now()));
  }
  return result.at("fine").as_bool() ? 0 : 1;
}

}  // namespace gatehouse::check
