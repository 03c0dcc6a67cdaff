// Implements the token check. Order: a token seen before costs one digest; a credential's token is checked
// here; any other goes to the verifier of the platform's auth server, which may have to fetch keys.
#include "gateway/plugins/jwt.hpp"

#include "crypto/digest.hpp"
#include "gateway/error_page.hpp"
#include "gateway/exchange.hpp"
#include "gateway/plugins/authentication.hpp"
#include "gateway/recent_cache.hpp"
#include "identity/token_verifier.hpp"

namespace gatehouse::gateway::plugins {
namespace {

// A token of a credential that was verified: what to look at again is only its time.
struct KnownToken {
  const JwtCredential* credential = nullptr;  // of the snapshot that this plugin instance belongs to
  json::object times;                         // exp and nbf
};

class Jwt final : public Plugin {
 public:
  Jwt(std::shared_ptr<const JwtConfig> config, const PluginContext& context)
      : config_(std::move(config)),
        tokens_(context.tokens),
        issuer_(context.issuer),
        known_(config_->tokens_max) {}

  Step on_request(Exchange& exchange) override {
    const auto& request = exchange.http.request;
    if (!config_->run_on_preflight && request.method == "OPTIONS") return go_on();
    if (is_satisfied_already(exchange, config_->anonymous)) return go_on();

    const TokenSearch search = find_token(*config_, request.headers, exchange.query);
    if (search.has_several) return refuse_token(exchange, "Multiple tokens provided");
    if (search.token.empty()) return refuse_without_token(exchange);
    if (auto verified = tokens_.find(search.token)) return accept(exchange, std::move(verified));
    const auto digest = crypto::sha256(search.token);
    if (const KnownToken* known = known_.find(digest)) return accept(exchange, *known);
    return check(exchange, search.token, digest);
  }

 private:
  Step check(Exchange& exchange, std::string_view token, const std::string& digest) {
    const auto parsed = crypto::parse_jwt(token);
    if (!parsed) return refuse_token(exchange, "Bad token; invalid JSON");
    const auto* claim = parsed->payload.if_contains(config_->key_claim_name);
    if (claim == nullptr) claim = parsed->header.if_contains(config_->key_claim_name);
    if (claim == nullptr || claim->is_null()) {
      return refuse_token(exchange, "No mandatory '" + config_->key_claim_name + "' in claims");
    }
    if (!claim->is_string() || claim->get_string().empty()) {
      return refuse_token(exchange, "Invalid '" + config_->key_claim_name + "' in claims");
    }
    const auto* credential = exchange.snapshot().jwt_credential(claim->get_string());
    if (credential != nullptr) return check_credential(exchange, *credential, *parsed, digest);
    const auto* issuer = parsed->payload.if_contains("iss");
    if (issuer != nullptr && *issuer == json::value(issuer_))
      return wait_for(ask_verifier(exchange, std::string(token)));
    return refuse_token(exchange, "No credentials found for given '" + config_->key_claim_name + "'");
  }

  Step check_credential(Exchange& exchange, const JwtCredential& credential, const crypto::ParsedJwt& parsed,
                        const std::string& digest) {
    if (!credential.is_algorithm_known || parsed.algorithm != credential.algorithm) {
      return refuse_token(exchange, "Invalid algorithm");
    }
    const auto& key = config_->secret_is_base64 ? credential.verify_key_from_base64 : credential.verify_key;
    if (!key) return refuse_token(exchange, "Invalid key/secret");
    if (!crypto::verify_signature(parsed, *key)) return refuse_token(exchange, "Invalid signature");
    KnownToken known{.credential = &credential, .times = {}};
    for (const std::string_view claim : {"exp", "nbf"}) {
      if (const auto* value = parsed.payload.if_contains(claim)) known.times[claim] = *value;
    }
    known_.put(digest, known);
    return accept(exchange, known);
  }

  Step accept(Exchange& exchange, const KnownToken& known) {
    if (const auto errors = claim_errors(*config_, known.times, exchange.now()); !errors.empty()) {
      return refuse_claims(exchange, errors);
    }
    const JwtCredential& credential = *known.credential;
    if (credential.consumer == nullptr) return refuse_token(exchange, "Could not find consumer");
    authenticate(exchange, {.consumer = credential.consumer, .credential = credential.key});
    return go_on();
  }

  // The verifier has judged the times already, but not how far ahead they lie.
  Step accept(Exchange& exchange, std::shared_ptr<const identity::VerifiedToken> verified) {
    if (config_->maximum_expiration > 0) {
      const auto errors = claim_errors(*config_, verified->claims, exchange.now());
      if (!errors.empty()) return refuse_claims(exchange, errors);
    }
    const std::string_view subject = verified->principal.subject;
    authenticate(exchange, {.credential = subject, .subject = subject, .keeps_alive = std::move(verified)});
    return go_on();
  }

  Awaitable<Result<Verdict>> ask_verifier(Exchange& exchange, std::string token) {
    auto verified = co_await tokens_.verify(token);
    if (verified) co_return accept(exchange, std::move(*verified)).decided();
    const Error& error = verified.error();
    if (error.kind != ErrorKind::unauthenticated) co_return fail(verified);
    if (error.reason == "token_expired")
      co_return refuse_claims(exchange, {{"exp", "token expired"}}).decided();
    if (error.reason == "token_not_yet_valid") {
      co_return refuse_claims(exchange, {{"nbf", "token not valid yet"}}).decided();
    }
    if (error.reason == "session_ended") co_return refuse_token(exchange, "Session not active").decided();
    co_return refuse_token(exchange, "Invalid signature").decided();
  }

  Step refuse_with(Exchange& exchange, http::Response response, std::string_view error) {
    std::string challenge = "Bearer";
    if (!config_->realm.empty()) challenge += " realm=\"" + config_->realm + "\"";
    if (!error.empty()) {
      challenge += config_->realm.empty() ? " " : ", ";
      challenge.append("error=\"").append(error).append("\"");
    }
    response.headers.add("WWW-Authenticate", challenge);
    return refuse_or_anonymous(exchange, config_->anonymous, std::move(response));
  }
  Step refuse_without_token(Exchange& exchange) {
    return refuse_with(exchange, message_response(401, "Unauthorized"), "");
  }
  Step refuse_token(Exchange& exchange, std::string_view message) {
    return refuse_with(exchange, message_response(401, message), "invalid_token");
  }
  Step refuse_claims(Exchange& exchange, const json::object& errors) {
    auto response = http::text_response(401, "application/json; charset=utf-8", json::serialize(errors));
    return refuse_with(exchange, std::move(response), "invalid_token");
  }

  std::shared_ptr<const JwtConfig> config_;
  identity::TokenVerifier& tokens_;
  std::string_view issuer_;
  RecentCache<KnownToken> known_;
};

}  // namespace

std::unique_ptr<Plugin> make_jwt(std::shared_ptr<const JwtConfig> config, const PluginScope&,
                                 const PluginContext& context) {
  return std::make_unique<Jwt>(std::move(config), context);
}

}  // namespace gatehouse::gateway::plugins
