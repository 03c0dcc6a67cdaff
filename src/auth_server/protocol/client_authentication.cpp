#include "auth_server/protocol/client_authentication.hpp"

#include <optional>

#include "core/encoding.hpp"

namespace gatehouse::auth_server {
namespace {

std::unexpected<Error> not_this_client() {
  return refuse(ErrorKind::unauthenticated, "invalid_client", "Invalid client or Invalid client credentials");
}

// Section 2.3.1: both halves are form-encoded before they are joined.
Result<std::optional<PresentedClient>> read_basic(std::string_view authorization) {
  if (authorization.empty()) return std::nullopt;
  const auto parts = core::cut(authorization, ' ');
  if (!parts || !core::iequals(parts->first, "Basic")) return not_this_client();
  const auto decoded = core::from_base64(core::trim(parts->second));
  if (!decoded) return not_this_client();
  const auto pair = core::cut(*decoded, ':');
  if (!pair) return not_this_client();
  auto id = core::percent_decode(pair->first, core::Plus::is_space);
  auto secret = core::percent_decode(pair->second, core::Plus::is_space);
  if (!id || id->empty() || !secret) return not_this_client();
  return PresentedClient{*std::move(id), Secret(*std::move(secret))};
}

}  // namespace

Result<PresentedClient> read_client(std::string_view authorization, const Parameters& form) {
  auto basic = read_basic(authorization);
  if (!basic) return fail(basic);
  PresentedClient posted{form.get("client_id"), Secret(form.get("client_secret"))};
  if (form.has("client_assertion") || form.has("client_assertion_type")) {
    return refuse(ErrorKind::unauthenticated, "invalid_client", "Client assertions are not supported");
  }
  if (!*basic) {
    if (posted.client_id.empty()) {
      return refuse(ErrorKind::unauthenticated, "invalid_client", "Missing parameter: client_id");
    }
    return posted;
  }
  if (!posted.client_id.empty() && posted.client_id != (*basic)->client_id) return not_this_client();
  const bool is_contradiction =
      !posted.secret.empty() && !core::constant_time_equal(posted.secret.reveal(), (*basic)->secret.reveal());
  if (is_contradiction) {
    return refuse(ErrorKind::invalid, "invalid_request", "Two different client authentications");
  }
  return **std::move(basic);
}

Result<const Client*> authenticate_client(const Realm& realm, const PresentedClient& presented) {
  static const Client nobody;
  const Client* client = realm.find_client(presented.client_id);
  // The digest is made for an unknown client too: the time must not tell which clients exist.
  const bool is_proven = has_secret(client != nullptr ? *client : nobody, presented.secret.reveal());
  if (client == nullptr) return not_this_client();
  switch (client->kind) {
    case ClientKind::open:
      if (!presented.secret.empty()) return not_this_client();
      return client;
    case ClientKind::confidential:
      if (!is_proven) return not_this_client();
      return client;
    case ClientKind::bearer_only:
      return not_this_client();
  }
  return not_this_client();
}

}  // namespace gatehouse::auth_server
