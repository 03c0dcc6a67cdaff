// A client: an application that sends people here to log in, or that asks for tokens of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "auth_server/clients/redirect_uri.hpp"
#include "crypto/jwk.hpp"

namespace gatehouse::auth_server {

using Names = std::set<std::string, std::less<>>;
using ClientRoles = std::map<std::string, Names, std::less<>>;  // by client id

enum class ClientKind {
  open,  // RFC 6749 section 2.1 calls it public: it can keep no secret
  confidential,
  bearer_only,  // only named as an audience: has no grant and no secret
};

// What a client may ask the token endpoint for. The password grant does not exist here (RFC 9700
// section 2.4).
struct Grants {
  bool authorization_code = false;
  bool client_credentials = false;
  bool device = false;  // RFC 8628
};

// The person that a client is when it speaks for itself.
struct ServiceAccount {
  std::string id;  // `sub`
  Names realm_roles;
  ClientRoles client_roles;
};

struct Client {
  std::string client_id;
  std::string name;  // for people; the client id if it has none
  ClientKind kind = ClientKind::confidential;
  bool enabled = true;
  // SHA-256 of a secret of 256 random bits: nothing to be gained by a slow hash.
  std::string secret_digest;
  Grants grants;
  std::vector<RedirectPattern> redirect_uris;
  std::vector<RedirectPattern> post_logout_redirect_uris;
  Names web_origins;
  Names default_scopes;                // granted without being asked for
  Names optional_scopes;               // granted when asked for
  std::vector<std::string> audiences;  // of its access tokens
  ServiceAccount service_account;
  crypto::Algorithm access_token_algorithm = crypto::Algorithm::es256;
  crypto::Algorithm id_token_algorithm = crypto::Algorithm::rs256;
  std::string access_token_header_typ = "JWT";                // "at+jwt" for RFC 9068
  std::optional<std::chrono::seconds> access_token_lifetime;  // instead of the realm's
  std::int64_t not_before = 0;                                // Unix seconds: what was issued before is void
};

// What is stored of a secret.
[[nodiscard]] std::string digest_of_secret(std::string_view secret);
// In constant time; false for a client that has no secret.
[[nodiscard]] bool has_secret(const Client&, std::string_view presented);

}  // namespace gatehouse::auth_server
