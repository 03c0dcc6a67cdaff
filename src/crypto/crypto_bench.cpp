// What the hot path pays: verifying a token, with and without parsing, and the digest that keys the token
// cache.
#include <benchmark/benchmark.h>

#include "crypto/digest.hpp"
#include "crypto/envelope.hpp"
#include "crypto/jwt.hpp"

namespace gatehouse::crypto {
namespace {

json::object payload() {
  return {{"iss", "https://localhost:8443/realms/gatehouse"},
          {"aud", "account"},
          {"typ", "Bearer"},
          {"sub", "0192f3aa-7b1c-7def-8000-123456789abc"},
          {"exp", 4'000'000'000},
          {"iat", 1'800'000'000},
          {"realm_access", {{"roles", {"customer"}}}},
          {"scope", "openid profile email"}};
}

template <Algorithm algorithm>
void sign(benchmark::State& state) {
  const SigningKey key = SigningKey::generate(algorithm).value();
  for (auto _ : state) benchmark::DoNotOptimize(key.sign("a message of some length, as a token would be"));
}

template <Algorithm algorithm>
void verify_token(benchmark::State& state) {
  const SigningKey key = SigningKey::generate(algorithm).value();
  const KeySet keys({key.verify_key()});
  const std::string token = sign_jwt(key, payload(), "JWT").value();
  const JwtExpectation expected{.issuer = "https://localhost:8443/realms/gatehouse",
                                .audience = "account",
                                .typ = "Bearer",
                                .now = core::from_unix_seconds(1'800'000'000)};
  for (auto _ : state) {
    if (!verify_jwt(token, keys, expected)) state.SkipWithError("refused");
  }
}

void parse_only(benchmark::State& state) {
  const std::string token =
      sign_jwt(SigningKey::generate(Algorithm::es256).value(), payload(), "JWT").value();
  for (auto _ : state) benchmark::DoNotOptimize(parse_jwt(token));
}

void sha256_of_a_token(benchmark::State& state) {
  const std::string token(700, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(sha256(token));
}

void hmac_sha256_of_a_token(benchmark::State& state) {
  const std::string token(700, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(hmac_sha256("a secret of thirty-two bytes....", token));
}

void open_a_field(benchmark::State& state) {
  const Envelope envelope(std::make_shared<const KeyRing>(KeyRing::from_json(KeyRing::fresh_json()).value()));
  const RecordName name{"auth", "account", "alice"};
  const auto [key, wrapped] = envelope.create(name).value();
  const std::string sealed = key.seal("email", "alice@example.org").value();
  for (auto _ : state) benchmark::DoNotOptimize(envelope.unlock(name, wrapped)->open("email", sealed));
}

BENCHMARK(sign<Algorithm::es256>);
BENCHMARK(sign<Algorithm::rs256>);
BENCHMARK(sign<Algorithm::eddsa>);
BENCHMARK(verify_token<Algorithm::es256>);
BENCHMARK(verify_token<Algorithm::rs256>);
BENCHMARK(verify_token<Algorithm::eddsa>);
BENCHMARK(parse_only);
BENCHMARK(sha256_of_a_token);
BENCHMARK(hmac_sha256_of_a_token);
BENCHMARK(open_a_field);

}  // namespace
}  // namespace gatehouse::crypto
