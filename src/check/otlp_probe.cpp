// A receiver of OTLP: that it takes an empty batch of spans, with the credentials of every role.
#include <fmt/format.h>

#include "check/endpoint.hpp"
#include "service/trace_settings.hpp"
#include "telemetry/otlp.hpp"

namespace gatehouse::check {
namespace {

// In words, if it does not go; each role has secrets of its own.
Awaitable<std::string> try_as(std::string role, const Mention& mention, const Surroundings& around,
                              Deadline deadline) {
  const auto secrets = supervisor::Layout{around.platform.data}.secrets_dir(role);
  const auto settings = service::TraceSettings::from_json(mention.settings, secrets);
  const auto authorization = settings ? settings->authorization() : Result<Secret>(fail(settings));
  if (!authorization) co_return words_of(authorization.error());
  const auto target = settings->endpoint.target(settings->ca);
  if (!target) co_return words_of(target.error());
  http::Request request{.method = "POST", .target = settings->endpoint.path + "/v1/traces"};
  request.headers.set("Content-Type", "application/json");
  if (!authorization->empty()) request.headers.set("Authorization", authorization->reveal());
  request.content =
      telemetry::otlp_request({.service = "gatehouse", .instance = "check", .version = ""}, {}, {});
  const auto reply = co_await around.http.fetch(*target, request, deadline);
  if (!reply) co_return words_of(reply.error());
  if (reply->status == 401 || reply->status == 403)
    co_return fmt::format("it refuses the credentials ({})", reply->status);
  if (reply->status != 200) co_return fmt::format("it takes no spans (status {})", reply->status);
  co_return std::string();
}

}  // namespace

Awaitable<Findings> probe_otlp(Mention mention, Surroundings around) {
  Findings findings;
  const auto deadline = Deadline::after(around.patience);
  const auto settings = service::TraceSettings::from_json(mention.settings, {});
  const auto target =
      settings ? settings->endpoint.target(settings->ca) : Result<http::Target>(fail(settings));
  if (!target) {
    findings.problems.push_back(words_of(target.error()));
    co_return findings;
  }
  co_await look_at(*target, deadline, findings);
  if (!findings.is_reachable) co_return findings;
  findings.version = "unknown";
  for (const supervisor::RolePlan& plan : around.platform.roles) {
    const std::string trouble = co_await try_as(plan.role, mention, around, deadline);
    if (!trouble.empty()) findings.problems.push_back(fmt::format("{}: {}", plan.role, trouble));
  }
  co_return findings;
}

}  // namespace gatehouse::check
