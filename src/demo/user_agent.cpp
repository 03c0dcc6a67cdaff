#include "demo/user_agent.hpp"

#include <fmt/format.h>

namespace gatehouse::demo {

UserAgent::UserAgent(http::Target target, AgentOptions options)
    : target_(std::move(target)), options_(std::move(options)) {}

UserAgent::~UserAgent() {
  client_.close_idle();
}

void UserAgent::keep_cookies(const http::Headers& headers) {
  for (const auto field : headers) {
    if (!core::iequals(field.name, "Set-Cookie")) continue;
    const std::string_view cookie = field.value.substr(0, field.value.find(';'));
    const auto parts = core::cut(cookie, '=');
    if (!parts) continue;
    const bool is_over = parts->second.empty() || field.value.find("Max-Age=0") != std::string_view::npos;
    if (is_over) {
      cookies_.erase(std::string(parts->first));
    } else {
      cookies_[std::string(parts->first)] = parts->second;
    }
  }
}

Result<http::Reply> UserAgent::send(http::Request request) {
  if (!options_.host_header.empty()) request.headers.set("Host", options_.host_header);
  std::string cookies;
  for (const auto& [name, value] : cookies_) {
    cookies += fmt::format("{}{}={}", cookies.empty() ? "" : "; ", name, value);
  }
  if (!cookies.empty()) request.headers.set("Cookie", cookies);
  auto reply = runtime::run_to_end(io_, client_.fetch(target_, request, Deadline::after(options_.patience)));
  if (!reply) return reply;
  keep_cookies(reply->headers);
  if (witness_) witness_(request, *reply);
  return reply;
}

Result<http::Reply> UserAgent::ask(http::Request request, unsigned status) {
  const std::string what = request.method + " " + std::string(request.path());
  auto reply = send(std::move(request));
  if (!reply) return reply;
  if (reply->status == status) return reply;
  return unexpected(fmt::format("{} was answered with {} instead of {}: {}", what, reply->status, status,
                                reply->content.substr(0, 300)));
}

Result<http::Target> https_target(const std::filesystem::path& ca, std::uint16_t port,
                                  const std::filesystem::path& identity_directory) {
  net::TlsFiles files{.certificate = {}, .key = {}, .ca = ca.string()};
  if (!identity_directory.empty()) {
    files.certificate = (identity_directory / "tls" / "cert.pem").string();
    files.key = (identity_directory / "tls" / "key.pem").string();
  }
  auto tls = net::ClientTls::load(std::move(files));
  if (!tls) return fail(tls);
  return http::Target{.host = "127.0.0.1", .port = port, .tls = std::move(*tls), .server_name = "localhost"};
}

http::Request get(std::string target, std::string_view bearer) {
  http::Request request{.method = "GET", .target = std::move(target)};
  if (!bearer.empty()) request.headers.add("Authorization", "Bearer " + std::string(bearer));
  return request;
}

http::Request post_form(std::string target, const core::FormPairs& form) {
  http::Request request{.method = "POST", .target = std::move(target)};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.content = core::encode_form(form);
  return request;
}

http::Request post_json(std::string target, const json::object& body, std::string_view bearer,
                        std::string_view idempotency_key) {
  http::Request request = get(std::move(target), bearer);
  request.method = "POST";
  request.headers.add("Content-Type", "application/json");
  if (!idempotency_key.empty()) request.headers.add("Idempotency-Key", idempotency_key);
  request.content = json::serialize(body);
  return request;
}

namespace {

template <class Found>
auto found_at(const http::Reply& reply, std::string_view pointer, Found found)
    -> decltype(found(std::declval<const json::value&>())) {
  boost::system::error_code error;
  const json::value document = json::parse(reply.content, error);
  if (error) return std::nullopt;
  const json::value* value = document.find_pointer(pointer, error);
  if (value == nullptr) return std::nullopt;
  return found(*value);
}

}  // namespace

std::optional<std::string> text_at(const http::Reply& reply, std::string_view pointer) {
  return found_at(reply, pointer, [](const json::value& value) -> std::optional<std::string> {
    if (!value.is_string()) return std::nullopt;
    return std::string(value.as_string());
  });
}

std::optional<std::int64_t> number_at(const http::Reply& reply, std::string_view pointer) {
  return found_at(reply, pointer, [](const json::value& value) -> std::optional<std::int64_t> {
    if (!value.is_int64()) return std::nullopt;
    return value.as_int64();
  });
}

std::unexpected<Error> unexpected(std::string what) {
  return fail(ErrorKind::bad_upstream, "unexpected_answer", std::move(what), Origin::upstream);
}

}  // namespace gatehouse::demo
