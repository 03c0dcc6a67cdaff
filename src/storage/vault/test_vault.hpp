// For tests: a server that behaves as the documentation of Vault's transit engine says, with real AES-256-GCM
// behind it. It is not Vault, of which no package is at hand; what it refuses and answers is taken from
// https://developer.hashicorp.com/vault/api-docs/secret/transit.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "core/ids.hpp"
#include "crypto/aead.hpp"
#include "http/problem.hpp"
#include "http/server.hpp"
#include "storage/test_peers/certificates.hpp"

namespace gatehouse::storage::vault {

class TestVault final : public http::Handler {
 public:
  TestVault(runtime::Executor executor, const std::filesystem::path& directory, core::SystemTime now)
      : certificates(directory, now), server_(executor, *this, {}) {
    net::TlsFiles files{.certificate = certificates.server.certificate, .key = certificates.server.key};
    auto tls = net::ServerTls::load(std::move(files), net::ClientCertificate::none);
    port = server_.listen({.address = "127.0.0.1", .port = 0, .tls = std::move(tls.value())}).value();
    rotate();
  }

  void rotate() { keys_[static_cast<std::uint32_t>(keys_.size()) + 1] = Secret(core::random_bytes(32)); }
  [[nodiscard]] Awaitable<bool> stop() {
    return server_.stop(Deadline::after(std::chrono::milliseconds{1'000}));
  }

  test_peers::Certificates certificates;
  std::uint16_t port = 0;
  std::string token = "hvs.first";
  std::string space;  // the only namespace there is
  std::uint32_t min_decryption = 1;
  std::function<unsigned(int request)> fails;  // a status for the request of that number, 0: none
  int requests = 0;

  [[nodiscard]] Awaitable<> serve(http::Exchange& exchange) override {
    const int number = ++requests;
    if (const unsigned status = fails ? fails(number) : 0; status != 0) {
      exchange.response = errors(status, status == 503 ? "Vault is sealed" : "rate limit quota exceeded");
      co_return;
    }
    auto content = exchange.request.body == nullptr
                       ? Result<std::string>(std::string())
                       : co_await http::read_all(*exchange.request.body, 1'000'000);
    exchange.response = content ? answer(exchange.request, *content) : errors(400, "no body");
  }
  void finish(const http::Exchange&, std::chrono::nanoseconds) noexcept override {}

 private:
  static http::Response errors(unsigned status, std::string_view words) {
    return http::json_response(status, json::object{{"errors", json::array{json::string(words)}}});
  }
  static http::Response data(json::object content) {
    return http::json_response(200,
                               json::object{{"request_id", core::uuid_v4()}, {"data", std::move(content)}});
  }
  static std::string text(const json::object& body, std::string_view name) {
    const json::value* value = body.if_contains(name);
    return value == nullptr || !value->is_string() ? std::string() : std::string(value->get_string());
  }

  http::Response answer(const http::Request& request, const std::string& content) {
    if (request.headers.get("X-Vault-Namespace") != space) return errors(404, "no handler for route");
    if (request.headers.get("X-Vault-Token") != token) return errors(403, "permission denied");
    const auto body = core::parse_json_object(content.empty() ? "{}" : content);
    if (!body) return errors(400, "failed to parse JSON input");
    const std::string line = fmt::format("{} {}", request.method, request.target);
    if (line == "POST /v1/transit/encrypt/test") return encrypt(*body);
    if (line == "POST /v1/transit/decrypt/test") return decrypt(*body);
    if (line == "GET /v1/transit/keys/test") {
      return data({{"type", "aes256-gcm96"},
                   {"latest_version", keys_.rbegin()->first},
                   {"min_decryption_version", min_decryption}});
    }
    if (line == "POST /v1/transit/keys/test/rotate") {
      rotate();
      return http::Response(204);
    }
    return errors(400, "encryption key not found");
  }

  http::Response encrypt(const json::object& body) {
    const auto plaintext = core::from_base64(text(body, "plaintext"));
    const auto aad = core::from_base64(text(body, "associated_data"));
    if (!plaintext || !aad) return errors(400, "failed to base64-decode plaintext");
    const auto& [version, key] = *keys_.rbegin();
    const std::string nonce = core::random_bytes(crypto::kAeadNonceBytes);
    const std::string sealed = nonce + crypto::seal(key, nonce, *plaintext, *aad).value();
    return data({{"ciphertext", fmt::format("vault:v{}:{}", version, core::to_base64(sealed))},
                 {"key_version", version}});
  }

  http::Response decrypt(const json::object& body) {
    const std::string ciphertext = text(body, "ciphertext");
    const auto version = static_cast<std::uint32_t>(ciphertext.size() > 7 ? ciphertext[7] - '0' : 0);
    const auto colon = ciphertext.find(':', 7);
    if (!keys_.contains(version) || colon == std::string::npos) {
      return errors(400, "invalid ciphertext: no prefix");
    }
    if (version < min_decryption) {
      return errors(400, "ciphertext or signature version is disallowed by policy (too old)");
    }
    const auto bytes = core::from_base64(ciphertext.substr(colon + 1));
    const auto aad = core::from_base64(text(body, "associated_data"));
    if (!bytes || bytes->size() < crypto::kAeadNonceBytes || !aad) return errors(400, "invalid ciphertext");
    const auto opened = crypto::open(keys_.at(version), bytes->substr(0, crypto::kAeadNonceBytes),
                                     bytes->substr(crypto::kAeadNonceBytes), *aad);
    if (!opened) return errors(400, "cipher: message authentication failed");
    return data({{"plaintext", core::to_base64(*opened)}});
  }

  std::map<std::uint32_t, Secret> keys_;
  http::Server server_;
};

}  // namespace gatehouse::storage::vault
