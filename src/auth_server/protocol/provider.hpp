// The OpenID provider: everything an endpoint works with. Built once by the role, passed by reference; one
// worker.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth_server/clients/realm.hpp"
#include "auth_server/keys/keys.hpp"
#include "auth_server/people/people.hpp"
#include "auth_server/ports/device_store.hpp"
#include "auth_server/ports/grant_store.hpp"
#include "auth_server/ports/session_store.hpp"
#include "auth_server/protocol/address_limit.hpp"
#include "service/router.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::auth_server {

// The grants that the token endpoint knows.
inline constexpr std::string_view kCodeGrant = "authorization_code";
inline constexpr std::string_view kRefreshGrant = "refresh_token";
inline constexpr std::string_view kClientGrant = "client_credentials";
inline constexpr std::string_view kDeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

struct GrantCounters {
  std::string_view grant_type;
  telemetry::Counter& issued;
  telemetry::Counter& refused;  // whyever there are no tokens
};

// What happened, for dashboards and alarms. No label comes from a request.
struct ProviderMetrics {
  explicit ProviderMetrics(Metrics& metrics);

  telemetry::Counter& logins;         // {outcome="success"}
  telemetry::Counter& failed_logins;  // {outcome="refused"}
  telemetry::Counter& logouts;
  telemetry::Counter& registrations;          // {outcome="created"}
  telemetry::Counter& refused_registrations;  // {outcome="refused"}: by the rules or the limit
  std::vector<GrantCounters> token_answers;   // of the known grants; the last is every other
  telemetry::Counter& code_reuses;            // somebody may have stolen something
  telemetry::Counter& refresh_reuses;
};

struct ProviderLimits {
  AddressLimit device_requests{30};  // each is a row for ten minutes
  AddressLimit registrations{10};    // each costs a hash, and tells whether a name is taken
  AddressLimit user_codes{10};       // typed ones: 20^8 cannot be guessed at this pace (RFC 8628 section 5.1)
};

struct OpenIdProvider {
  Realms& realms;
  Keys& keys;
  SessionStore& sessions;
  GrantStore& grants;
  DeviceStore& devices;
  People& people;
  BlockingPool& pool;
  const core::Clock& clock;
  ProviderMetrics& metrics;
  ProviderLimits limits{};
};

// One request at one realm. Copies what must stay the same while it runs.
struct RealmCall {
  OpenIdProvider& provider;
  service::Call& call;
  std::shared_ptr<const Realm> realm;
  std::shared_ptr<const RealmKeys> keys;
  core::SystemTime now;

  [[nodiscard]] const http::Headers& headers() const { return call.exchange.request.headers; }
  [[nodiscard]] Deadline deadline() const { return call.exchange.deadline; }
  [[nodiscard]] Question question() const;    // to ask people with
  [[nodiscard]] std::string address() const;  // of the browser or the client
};

// `not_found`/"realm_not_found" for an unknown or disabled realm.
[[nodiscard]] Result<RealmCall> enter_realm(OpenIdProvider&, service::Call&);

// Whether what was granted at `authenticated_at` is still worth anything: the one rule that every path to a
// token asks. not-before is the latest of the realm's, the client's and the person's.
// `invalid`/"invalid_grant" otherwise.
[[nodiscard]] Result<void> check_standing(const Realm&, const Client&, const Person&,
                                          core::SystemTime authenticated_at);

}  // namespace gatehouse::auth_server
