#include "storage/vault/transit.hpp"

#include <algorithm>

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "core/durable_file.hpp"
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "resilience/retry.hpp"
#include "runtime/timer.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::storage::vault {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t kAnswerBytesMax = 4 * 1024 * 1024;
constexpr resilience::RetryPolicy kRetries{
    .attempts_max = 4, .base = milliseconds{100}, .cap = milliseconds{2'000}};

// https://developer.hashicorp.com/vault/api-docs#http-status-codes: 412 is a replica that lags, 429 a rate
// limit, 473 and 5xx a node that cannot serve now (503: sealed).
bool may_pass(unsigned status) {
  return status == 412 || status == 429 || status == 473 || status >= 500;
}

// Vault's own words, {"errors": ["…"]}; they name paths and reasons, never values.
std::string words_of(const http::Reply& reply) {
  const auto body = core::parse_json_object(reply.content);
  std::string words = fmt::format("Vault answers {}", reply.status);
  const json::value* errors = body ? body->if_contains("errors") : nullptr;
  if (errors == nullptr || !errors->is_array()) return words;
  for (const json::value& error : errors->get_array()) {
    if (error.is_string()) words += fmt::format(": {}", std::string_view(error.get_string()).substr(0, 200));
  }
  return words;
}

std::unexpected<Error> nonsense(std::string_view what) {
  return fail(ErrorKind::bad_upstream, "vault_answer", std::string(what), Origin::upstream);
}

Result<json::object> data_of(const http::Reply& reply) {
  if (reply.status == 204) return json::object{};
  auto body = core::parse_json_object(reply.content);
  if (!body) return nonsense("not JSON");
  json::value* data = body->if_contains("data");
  if (data == nullptr || data->is_null()) return json::object{};
  if (!data->is_object()) return nonsense("data is no object");
  return std::move(data->get_object());
}

Result<std::string> text_of(const json::object& data, std::string_view name) {
  const json::value* value = data.if_contains(name);
  if (value == nullptr || !value->is_string()) return nonsense(fmt::format("data.{} is missing", name));
  return std::string(value->get_string());
}

std::uint32_t number_of(const json::object& data, std::string_view name) {
  const json::value* value = data.if_contains(name);
  if (value == nullptr || !value->is_int64()) return 0;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value->get_int64(), 0, 0xFFFF'FFFF));
}

Error error_of(const Result<http::Reply>& reply) {
  if (!reply) {
    return {ErrorKind::unavailable, "vault_unavailable", reply.error().detail, Origin::upstream};
  }
  if (may_pass(reply->status)) {
    return {ErrorKind::unavailable, "vault_unavailable", words_of(*reply), Origin::upstream};
  }
  const std::string_view reason = reply->status == 403 ? "vault_refused" : "vault_rejected";
  return {ErrorKind::internal, reason, words_of(*reply), Origin::upstream};
}

}  // namespace

std::optional<std::uint32_t> version_of(std::string_view ciphertext) {
  constexpr std::string_view kOpening = "vault:v";
  if (!ciphertext.starts_with(kOpening)) return std::nullopt;
  const auto rest = ciphertext.substr(kOpening.size());
  const auto version = core::parse_int<std::uint32_t>(rest.substr(0, rest.find(':')));
  return rest.contains(':') && version && *version > 0 ? version : std::nullopt;
}

// The file is small and on this machine: reading it is no wait.
Result<void> Transit::find_token() {
  std::error_code ignored;
  const auto written = std::filesystem::last_write_time(options_.token_file, ignored);
  std::string stamp = std::to_string(written.time_since_epoch().count());
  if (stamp == token_stamp_ && !token_.empty()) return {};
  auto text = core::read_file(options_.token_file);
  if (!text) return fail(ErrorKind::unavailable, "vault_token_unreadable", text.error().detail);
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  token_ = Secret(std::move(*text));
  token_stamp_ = std::move(stamp);
  return {};
}

Awaitable<Result<http::Reply>> Transit::once(http::Client& client, const std::string& method,
                                             const std::string& path, const Secret& body, Deadline deadline) {
  if (const auto token = find_token(); !token) co_return fail(token);
  const http::Target target{
      .host = options_.host, .port = options_.port, .tls = tls_, .server_name = options_.host};
  http::Request request{.method = method, .target = fmt::format("/v1/{}/{}", options_.mount, path)};
  request.headers.set("X-Vault-Token", token_.reveal());
  request.headers.set("X-Vault-Request", "true");
  if (!options_.space.empty()) request.headers.set("X-Vault-Namespace", options_.space);
  if (!body.empty()) {
    request.headers.set("Content-Type", "application/json");
    request.content = body.reveal();
  }
  auto reply = co_await client.fetch(target, request, deadline.capped(options_.timeout));
  core::wipe(request.content);
  co_return reply;
}

Awaitable<Result<json::object>> Transit::call(std::string method, std::string path, Secret body,
                                              Deadline deadline) {
  if (!tls_) {
    net::TlsFiles files{.ca = options_.ca};
    auto loaded = net::ClientTls::load(std::move(files));
    if (!loaded) co_return fail(ErrorKind::internal, "vault_tls", loaded.error().detail);
    tls_ = std::move(*loaded);
  }
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  http::Client client(executor, {.body_bytes_max = kAnswerBytesMax});
  for (int attempts = 1;; ++attempts) {
    const auto reply = co_await once(client, method, path, body, deadline);
    if (!reply && reply.error().reason == "vault_token_unreadable") co_return fail(reply);
    if (!reply && reply.error().kind == ErrorKind::cancelled) co_return fail(reply);
    if (reply && reply->status < 300) co_return data_of(*reply);
    Error error = error_of(reply);
    const bool may_have_new_token = error.reason == "vault_refused" && attempts == 1;
    const bool is_worth_it = error.kind == ErrorKind::unavailable || may_have_new_token;
    const auto wait = kRetries.next(attempts, telemetry::fast_random01(), deadline.remaining());
    if (!is_worth_it || !wait) co_return std::unexpected(std::move(error));
    if (const auto slept = co_await runtime::sleep_for(*wait); !slept) co_return fail(slept);
  }
}

Awaitable<Result<std::string>> Transit::encrypt(Secret plaintext, std::string context, Deadline deadline) {
  const json::object request{{"plaintext", core::to_base64(plaintext.reveal())},
                             {"associated_data", core::to_base64(context)}};
  Secret body(json::serialize(request));
  const auto data = co_await call("POST", "encrypt/" + options_.key, std::move(body), deadline);
  if (!data) co_return fail(data);
  auto ciphertext = text_of(*data, "ciphertext");
  if (ciphertext && !version_of(*ciphertext)) co_return nonsense("data.ciphertext is no ciphertext");
  co_return ciphertext;
}

Awaitable<Result<Secret>> Transit::decrypt(std::string ciphertext, std::string context, Deadline deadline) {
  const json::object request{{"ciphertext", ciphertext}, {"associated_data", core::to_base64(context)}};
  Secret body(json::serialize(request));
  const auto data = co_await call("POST", "decrypt/" + options_.key, std::move(body), deadline);
  if (!data) co_return fail(data);
  auto encoded = text_of(*data, "plaintext");
  if (!encoded) co_return fail(encoded);
  auto plaintext = core::from_base64(*encoded);
  core::wipe(*encoded);
  if (!plaintext) co_return nonsense("data.plaintext is no base64");
  co_return Secret(std::move(*plaintext));
}

Awaitable<Result<KeyVersions>> Transit::versions(Deadline deadline) {
  const auto data = co_await call("GET", "keys/" + options_.key, {}, deadline);
  if (!data) co_return fail(data);
  const KeyVersions versions{.latest = number_of(*data, "latest_version"),
                             .min_decryption = number_of(*data, "min_decryption_version")};
  if (versions.latest == 0) co_return nonsense("data.latest_version is missing");
  co_return versions;
}

Awaitable<Result<void>> Transit::rotate(Deadline deadline) {
  Secret body("{}");
  const auto data = co_await call("POST", "keys/" + options_.key + "/rotate", std::move(body), deadline);
  if (!data) co_return fail(data);
  co_return Result<void>{};
}

}  // namespace gatehouse::storage::vault
