#include "registry/https_checks.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::registry {

using std::chrono::milliseconds;

namespace {

struct Url {
  std::string host;
  std::uint16_t port = 443;
  std::string path = "/";
};

std::optional<Url> parse_https(std::string_view text) {
  static constexpr std::string_view scheme = "https://";
  if (!text.starts_with(scheme)) return std::nullopt;
  text.remove_prefix(scheme.size());
  Url url;
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) url.path = text.substr(slash);
  const auto authority = text.substr(0, slash);
  const auto colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  url.host = authority.substr(0, has_port ? colon : std::string_view::npos);
  if (url.host.starts_with('[') && url.host.ends_with(']'))
    url.host = url.host.substr(1, url.host.size() - 2);
  if (!has_port) return url;
  const auto port = core::parse_int<std::uint16_t>(authority.substr(colon + 1));
  if (!port) return std::nullopt;
  url.port = *port;
  return url;
}

}  // namespace

Awaitable<> HttpsChecks::run() {
  for (;;) {
    const auto now = service_.clock().steady_now();
    for (const auto& [id, instance] : catalog_.services()) {
      for (const Check& check : instance.checks) {
        if (check.https_url.empty()) continue;
        auto& next = next_[check.id];
        if (next > now) continue;
        next = now + check.interval;
        probes_.spawn("https-check", probe(check.id, check.https_url, check.timeout));
      }
    }
    std::erase_if(next_, [&](const auto& entry) { return now - entry.second > std::chrono::minutes{10}; });
    const auto slept = co_await runtime::sleep_for(milliseconds{50});
    if (!slept) break;
  }
  (void)co_await probes_.stop(Deadline::after(milliseconds{1'000}));
}

Awaitable<> HttpsChecks::probe(std::string check_id, std::string url_text, milliseconds timeout) {
  const auto url = parse_https(url_text);
  Health health = Health::critical;
  std::string output = "the URL is not understood";
  if (url) {
    const http::Target target{.host = url->host, .port = url->port, .tls = service_.client_tls()};
    http::Request request;
    request.target = url->path;
    const auto reply = co_await service_.http().fetch(target, request, Deadline::after(timeout));
    if (reply) {
      output = fmt::format("HTTP GET {}: {}", url_text, reply->status);
      if (reply->status >= 200 && reply->status < 300) health = Health::passing;
      if (reply->status == 429) health = Health::warning;
    } else {
      output = fmt::format("HTTP GET {}: {}", url_text, reply.error().reason);
    }
  }
  const auto index = catalog_.index();
  (void)catalog_.report(check_id, health, std::move(output), service_.clock().steady_now());
  if (catalog_.index() != index) api_.announce_change();
}

}  // namespace gatehouse::registry
