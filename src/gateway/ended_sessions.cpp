// Implements the question for ended sessions.
#include "gateway/ended_sessions.hpp"

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"
#include "runtime/timer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::gateway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPeriod{500};
constexpr milliseconds kMayTake{1'000};
// Asked for again each time: what was being written, and what another instance with a slower clock wrote.
constexpr std::int64_t kOverlapMillis = 10'000;
constexpr std::string_view kRealms = "/realms/";

std::string target_of(std::string_view issuer) {
  const auto at = issuer.rfind(kRealms);
  if (at == std::string_view::npos) return {};
  return fmt::format("/internal/realms/{}/ended-sessions?since=", issuer.substr(at + kRealms.size()));
}

}  // namespace

EndedSessions::EndedSessions(service::Peers& peers, identity::TokenVerifier& tokens, std::string_view issuer)
    : peers_(peers), tokens_(tokens), target_(target_of(issuer)) {}

Awaitable<> EndedSessions::follow() {
  while (!target_.empty()) {
    const auto slept = co_await runtime::sleep_for(kPeriod);
    if (!slept) co_return;
    if (!tokens_.has_keys()) continue;
    const auto asked = co_await ask();
    report(asked);
  }
}

Awaitable<Result<void>> EndedSessions::ask() {
  http::Request request;
  request.target = fmt::format("{}{}", target_, std::max<std::int64_t>(since_ - kOverlapMillis, 0));
  auto trace = TraceContext::start();
  trace.span_id = {};  // on nobody's behalf: nothing is above the call, and only one that fails is kept
  trace.flags = 0;
  const auto reply = co_await peers_.call("auth-server", request, Deadline::after(kMayTake), trace);
  if (!reply) co_return fail(reply);
  if (reply->status != 200) {
    co_return fail(ErrorKind::bad_upstream, "sessions_unavailable", fmt::format("status {}", reply->status),
                   Origin::upstream);
  }
  const auto document = core::parse_json_object(reply->content);
  if (!document) co_return fail(document);
  Fields fields{*document};
  const std::int64_t now = fields.required_int("now", {0, INT64_MAX});
  const std::int64_t keep = fields.required_int("keep_seconds", {1, 604'800});
  const auto ids = fields.optional_texts("sessions", {});
  if (auto whole = fields.finish(); !whole) co_return whole;
  tokens_.end_sessions(ids, std::chrono::seconds{keep});
  since_ = now;
  co_return Result<void>{};
}

void EndedSessions::report(const Result<void>& asked) {
  const bool is_silent = !asked;
  if (is_silent == std::exchange(is_silent_, is_silent)) return;
  if (is_silent) {
    log::warn("ended-sessions-unknown",
              "the auth server does not say which sessions have ended: tokens are good until they end",
              {log::field(asked.error())});
  } else {
    log::info("ended-sessions-known", "the auth server says which sessions have ended");
  }
}

}  // namespace gatehouse::gateway
