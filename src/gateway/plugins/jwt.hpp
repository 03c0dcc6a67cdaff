// Lets requests pass that carry a valid JSON Web Token: of a consumer's credential, or of the platform's own
// auth server.
//
//   {"name": "jwt", "config": {"claims_to_verify": ["exp"], "header_names": ["authorization"]}}
//
// The claim `key_claim_name` names the credential. A token that no credential claims is verified against the
// published keys of the platform's auth server, if that is its issuer; its subject then is who asks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/jwt.hpp"
#include "gateway/plugin.hpp"
#include "gateway/snapshot.hpp"
#include "http/message.hpp"

namespace gatehouse::gateway::plugins {

struct JwtConfig {
  std::vector<std::string> uri_param_names{"jwt"};
  std::vector<std::string> cookie_names;
  std::vector<std::string> header_names{"authorization"};
  std::string key_claim_name = "iss";
  bool secret_is_base64 = false;
  bool verifies_exp = false;
  bool verifies_nbf = false;
  std::int64_t maximum_expiration = 0;  // seconds from now; 0: any
  std::string anonymous;                // consumer id or username; empty: nobody
  bool run_on_preflight = true;
  std::string realm;
  std::size_t tokens_max = 10'000;  // verified tokens kept per worker

  static Result<JwtConfig> from_json(const json::object& config);
};

// The token of a request. Several places may carry it; two different ones are one too many.
struct TokenSearch {
  std::string_view token;  // of the request's headers, target or `decoded`
  bool has_several = false;
  std::string decoded;  // storage for a percent-encoded query parameter
};
[[nodiscard]] TokenSearch find_token(const JwtConfig& config, const http::Headers& headers,
                                     std::string_view query);

// Kong's words for what is wrong with the registered claims, {"exp":"token expired"}; empty: nothing.
[[nodiscard]] json::object claim_errors(const JwtConfig& config, const json::object& payload,
                                        core::SystemTime now);

[[nodiscard]] PluginType jwt_type();
[[nodiscard]] std::unique_ptr<Plugin> make_jwt(std::shared_ptr<const JwtConfig> config,
                                               const PluginScope& scope, const PluginContext& context);

}  // namespace gatehouse::gateway::plugins
