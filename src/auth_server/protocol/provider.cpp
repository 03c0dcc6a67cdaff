#include "auth_server/protocol/provider.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::string_view kLogins = "auth_server_logins_total";
constexpr std::string_view kRegistrations = "auth_server_registrations_total";
constexpr std::string_view kOtherGrant = "other";
constexpr std::string_view kTokens = "auth_server_token_answers_total";
constexpr std::string_view kReuses = "auth_server_reuses_total";

std::vector<GrantCounters> count_grants(Metrics& metrics) {
  std::vector<GrantCounters> counters;
  for (const std::string_view grant : {kCodeGrant, kRefreshGrant, kClientGrant, kDeviceGrant, kOtherGrant}) {
    const auto counter = [&](const char* outcome) -> telemetry::Counter& {
      return metrics.counter(kTokens, "Answers of the token endpoint, by grant.",
                             {{"grant", std::string(grant)}, {"outcome", outcome}});
    };
    counters.push_back({grant, counter("issued"), counter("refused")});
  }
  return counters;
}

}  // namespace

ProviderMetrics::ProviderMetrics(Metrics& metrics)
    : logins(metrics.counter(kLogins, "Attempts to log in.", {{"outcome", "success"}})),
      failed_logins(metrics.counter(kLogins, "Attempts to log in.", {{"outcome", "refused"}})),
      logouts(metrics.counter("auth_server_logouts_total", "Sessions ended by their person.")),
      registrations(metrics.counter(kRegistrations, "Attempts to sign up.", {{"outcome", "created"}})),
      refused_registrations(
          metrics.counter(kRegistrations, "Attempts to sign up.", {{"outcome", "refused"}})),
      token_answers(count_grants(metrics)),
      code_reuses(
          metrics.counter(kReuses, "Single-use values that came back.", {{"kind", "authorization_code"}})),
      refresh_reuses(
          metrics.counter(kReuses, "Single-use values that came back.", {{"kind", "refresh_token"}})) {}

// The gateway writes X-Real-IP itself; only its certificate may call the routes of a browser.
std::string RealmCall::address() const {
  return std::string(core::trim(headers().get("X-Real-IP")));
}

Question RealmCall::question() const {
  return {call.exchange.deadline, call.exchange.trace, address()};
}

Result<RealmCall> enter_realm(OpenIdProvider& provider, service::Call& call) {
  auto realm = provider.realms.find(call.param("realm"));
  if (!realm) return refuse(ErrorKind::not_found, "realm_not_found", "Realm does not exist");
  auto keys = provider.keys.of(realm->name);
  if (!keys) return fail(keys);
  return RealmCall{provider, call, std::move(realm), *std::move(keys), provider.clock.now()};
}

Result<void> check_standing(const Realm& realm, const Client& client, const Person& person,
                            core::SystemTime authenticated_at) {
  if (!person.enabled) return refuse(ErrorKind::invalid, "invalid_grant", "User disabled");
  const std::int64_t not_before = std::max({realm.not_before, client.not_before, person.not_before});
  if (core::unix_seconds(authenticated_at) < not_before) {
    return refuse(ErrorKind::invalid, "invalid_grant", "Stale token");
  }
  return {};
}

}  // namespace gatehouse::auth_server
