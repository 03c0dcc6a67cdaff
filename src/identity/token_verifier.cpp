#include "identity/token_verifier.hpp"

#include <list>
#include <unordered_map>

#include "crypto/digest.hpp"
#include "crypto/jwt.hpp"
#include "resilience/single_flight.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::identity {

namespace log = telemetry::log;

namespace {
constexpr std::chrono::milliseconds kFetchPatience{3'000};
}

struct TokenVerifier::State {
  State(TokenVerifierOptions options_, const core::Clock& clock_, FetchKeys fetch_)
      : options(std::move(options_)), clock(clock_), fetch(std::move(fetch_)) {}

  TokenVerifierOptions options;
  const core::Clock& clock;
  FetchKeys fetch;
  crypto::KeySet keys;
  std::string keys_text;  // as fetched: a changed document empties the cache
  bool has_keys = false;
  resilience::SingleFlight<bool> flight;       // many requests at start wait for one fetch
  std::optional<core::SteadyTime> fetched_at;  // also failed attempts: they count against refresh_min

  struct Kept {
    std::shared_ptr<const VerifiedToken> token;
    std::list<std::string>::iterator age;
  };
  std::unordered_map<std::string, Kept> tokens;  // by SHA-256: the cache holds no bearer token
  std::list<std::string> by_age;                 // oldest first

  // But for the few that were shown last: who calls again at once is known by a comparison, and the digest is
  // the dearest part of a look-up.
  struct Recent {
    Secret text;
    std::shared_ptr<const VerifiedToken> token;
  };
  std::array<Recent, 64> recent;

  // A token ends with its signature, which nobody can guess: it chooses the place, and decides before the
  // rest is compared, so that the duration tells nothing of a token to those who do not have it.
  static constexpr std::size_t kTail = 24;
  [[nodiscard]] Recent* place_of(std::string_view text) {
    if (text.size() < kTail) return nullptr;
    return &recent[std::hash<std::string_view>{}(text.substr(text.size() - kTail)) % recent.size()];
  }
  [[nodiscard]] std::shared_ptr<const VerifiedToken> find_recent(std::string_view text) {
    const Recent* const place = place_of(text);
    if (place == nullptr || place->text.reveal().size() != text.size()) return nullptr;
    const std::string_view known = place->text.reveal();
    const bool has_tail =
        core::constant_time_equal(known.substr(known.size() - kTail), text.substr(text.size() - kTail));
    return has_tail && known == text ? place->token : nullptr;
  }
  void remember(std::string_view text, const std::shared_ptr<const VerifiedToken>& token) {
    if (Recent* const place = place_of(text)) *place = {Secret(std::string(text)), token};
  }
  void forget_all() {
    tokens.clear();
    by_age.clear();
    recent = {};
  }

  void forget(const std::string& digest) {
    const auto found = tokens.find(digest);
    if (found == tokens.end()) return;
    by_age.erase(found->second.age);
    tokens.erase(found);
  }

  void keep(const std::string& digest, std::shared_ptr<const VerifiedToken> token) {
    forget(digest);
    if (tokens.size() >= options.tokens_max) forget(std::string(by_age.front()));
    by_age.push_back(digest);
    tokens.emplace(digest, Kept{std::move(token), std::prev(by_age.end())});
  }

  std::unordered_map<std::string, core::SteadyTime> ended_sessions;  // until when they are remembered

  void drop_ended() {
    const auto is_ended = [this](const VerifiedToken& token) {
      return ended_sessions.contains(token.principal.session_id);
    };
    for (auto at = tokens.begin(); at != tokens.end();) {
      const auto here = at++;
      if (!is_ended(*here->second.token)) continue;
      by_age.erase(here->second.age);
      tokens.erase(here);
    }
    for (Recent& place : recent) {
      if (place.token != nullptr && is_ended(*place.token)) place = {};
    }
  }

  [[nodiscard]] bool may_fetch() const {
    return flight.in_flight() > 0 || !fetched_at || clock.steady_now() - *fetched_at >= options.refresh_min;
  }
  [[nodiscard]] bool is_due() const {
    return !fetched_at || clock.steady_now() - *fetched_at >= options.refresh_max;
  }
};

namespace {

Principal principal_of(const json::object& claims) {
  const auto text = [&claims](std::string_view name) -> std::string {
    const auto* value = claims.if_contains(name);
    const auto* string = value == nullptr ? nullptr : value->if_string();
    return string == nullptr ? std::string() : std::string(*string);
  };
  Principal principal;
  principal.kind = Principal::Kind::person;
  principal.subject = text("sub");
  principal.username = text("preferred_username");
  principal.client_id = text("azp");
  principal.session_id = text("sid");
  const auto* access = claims.if_contains("realm_access");
  const auto* access_object = access == nullptr ? nullptr : access->if_object();
  const auto* roles = access_object == nullptr ? nullptr : access_object->if_contains("roles");
  if (const auto* array = roles == nullptr ? nullptr : roles->if_array()) {
    for (const json::value& role : *array) {
      // "service:<role>" is what a role's certificate says; a token cannot.
      if (role.is_string() && !role.as_string().starts_with("service:"))
        principal.roles.emplace(role.as_string());
    }
  }
  return principal;
}

// Takes the state by value: the verifier may go while the keys are on their way.
template <class State>
Awaitable<Result<bool>> fetch_keys(std::shared_ptr<State> state) {
  const auto text = co_await state->fetch();
  state->fetched_at = state->clock.steady_now();
  if (!text) {
    log::warn("jwks-fetch", "could not fetch the token keys", {log::field(text.error())});
    co_return false;
  }
  auto keys = crypto::KeySet::from_jwks(*text);
  if (!keys) {
    log::warn("jwks-fetch", "the token keys are not understood", {log::field(keys.error())});
    co_return false;
  }
  if (*text != state->keys_text) {
    state->forget_all();  // a key that is no longer published takes its tokens with it
  }
  state->keys = std::move(*keys);
  state->keys_text = *text;
  state->has_keys = true;
  co_return true;
}

template <class State>
Awaitable<> refresh(std::shared_ptr<State> state) {
  auto load = [state] { return fetch_keys(state); };
  (void)co_await state->flight.run("keys", std::move(load), Deadline::after(kFetchPatience));
}

}  // namespace

TokenVerifier::TokenVerifier(TokenVerifierOptions options, const core::Clock& clock, FetchKeys fetch_keys)
    : state_(std::make_shared<State>(std::move(options), clock, std::move(fetch_keys))) {}
TokenVerifier::~TokenVerifier() = default;

std::shared_ptr<const VerifiedToken> TokenVerifier::find(std::string_view token) {
  if (state_->is_due()) return nullptr;  // verify() refreshes
  const auto is_over = [this](const VerifiedToken& known) {
    return known.expires_at + state_->options.leeway <= state_->clock.now();
  };
  if (auto known = state_->find_recent(token)) return is_over(*known) ? nullptr : std::move(known);
  const auto digest = crypto::sha256(token);
  const auto found = state_->tokens.find(digest);
  if (found == state_->tokens.end()) return nullptr;
  if (is_over(*found->second.token)) {
    state_->forget(digest);
    return nullptr;
  }
  state_->remember(token, found->second.token);
  return found->second.token;
}

Awaitable<Result<std::shared_ptr<const VerifiedToken>>> TokenVerifier::verify(std::string_view token) {
  const auto state = state_;
  const std::string text(token);
  if (state->is_due() && state->may_fetch()) co_await refresh(state);
  if (auto kept = find(text)) co_return kept;

  const auto expectation = [&] {
    return crypto::JwtExpectation{.issuer = state->options.issuer,
                                  .audience = std::nullopt,
                                  .typ = "Bearer",
                                  .now = state->clock.now(),
                                  .leeway = state->options.leeway};
  };
  auto claims = crypto::verify_jwt(text, state->keys, expectation());
  if (!claims && claims.error().reason == "unknown_kid" && state->may_fetch()) {
    co_await refresh(state);
    claims = crypto::verify_jwt(text, state->keys, expectation());
  }
  if (!claims) {
    if (!state->has_keys) co_return fail(ErrorKind::unavailable, "keys_unavailable");
    co_return fail(claims);
  }
  auto verified = std::make_shared<VerifiedToken>();
  verified->principal = principal_of(*claims);
  verified->expires_at = core::from_unix_seconds(claims->at("exp").as_int64());  // checked by verify_jwt
  verified->principal.expires_at = verified->expires_at;
  verified->claims = std::move(*claims);
  if (verified->principal.subject.empty())
    co_return refuse(ErrorKind::unauthenticated, "bad_token", "no subject");
  if (state->ended_sessions.contains(verified->principal.session_id))
    co_return refuse(ErrorKind::unauthenticated, "session_ended");
  state->keep(crypto::sha256(text), verified);
  co_return verified;
}

void TokenVerifier::end_sessions(const std::vector<std::string>& ids, std::chrono::seconds keep) {
  const auto now = state_->clock.steady_now();
  auto& ended = state_->ended_sessions;
  std::erase_if(ended, [now](const auto& session) { return session.second <= now; });
  bool is_news = false;
  for (const std::string& id : ids) is_news |= ended.insert_or_assign(id, now + keep).second;
  if (is_news) state_->drop_ended();
}

bool TokenVerifier::has_keys() const {
  return state_->has_keys;
}

}  // namespace gatehouse::identity
