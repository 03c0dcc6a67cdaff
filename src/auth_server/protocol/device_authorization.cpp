#include "auth_server/protocol/device_authorization.hpp"

#include "auth_server/clients/scopes.hpp"
#include "core/ids.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr int kTries = 5;  // two of 20^8 codes that are the same at once are a matter of broken luck

Awaitable<Result<json::object>> start(FormCall form) {
  OpenIdProvider& provider = form.at.provider;
  const Realm& realm = *form.at.realm;
  if (!form.client->grants.device)
    co_return refuse(ErrorKind::invalid, "unauthorized_client", "Client not allowed for the device flow");
  if (!provider.limits.device_requests.allows(form.at.address(), form.at.now))
    co_return refuse(ErrorKind::rate_limited, "slow_down", "Too many devices from this address");
  const auto requested = parse_scope(form.form.get("scope"));
  if (!requested) co_return fail(requested);
  const auto scopes = grant_scopes(*form.client, *requested);
  if (!scopes) co_return fail(scopes);

  const std::string secret = core::random_token(32);
  const DeviceGrant grant{.realm = realm.name,
                          .client_id = form.client->client_id,
                          .scope = stored_text(*scopes),
                          .secret_hash = crypto::sha256(secret),
                          .expires_at = form.at.now + realm.lifetimes.device_code,
                          .interval = realm.lifetimes.device_interval};
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const std::string user_code = fresh_user_code();
    const auto is_put = co_await provider.devices.put(user_code, grant, form.at.deadline());
    if (!is_put) co_return fail(is_put);
    if (!*is_put) continue;
    const std::string shown = shown_user_code(user_code);
    const std::string page = realm.issuer + "/device";
    co_return json::object{{"device_code", fmt::format("{}.{}", user_code, secret)},
                           {"user_code", shown},
                           {"verification_uri", page},
                           {"verification_uri_complete", fmt::format("{}?user_code={}", page, shown)},
                           {"expires_in", realm.lifetimes.device_code.count()},
                           {"interval", realm.lifetimes.device_interval.count()}};
  }
  co_return fail(ErrorKind::internal, "no_user_code_free");
}

}  // namespace

Awaitable<Result<http::Response>> serve_device_authorization(OpenIdProvider& provider, service::Call& call) {
  co_return co_await answer_form(provider, call, start);
}

std::optional<PresentedDevice> read_device_code(std::string_view code, const Client& client) {
  const auto dot = code.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  auto user_code = normal_user_code(code.substr(0, dot));
  if (!user_code) return std::nullopt;
  return PresentedDevice{*std::move(user_code), {client.client_id, std::string(code.substr(dot + 1))}};
}

}  // namespace gatehouse::auth_server
