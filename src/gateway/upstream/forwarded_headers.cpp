// Implements the header rules of a proxy, with Kong's field names.
#include "gateway/upstream/forwarded_headers.hpp"

#include <array>

#include "core/text.hpp"
#include "gateway/error_page.hpp"
#include "gateway/header_names.hpp"

namespace gatehouse::gateway {
namespace {

using core::iequals;

constexpr std::string_view kVia = "1.1 kong/3.9.1";
static_assert(kVia.ends_with(kServerName));

bool lists(std::string_view header, std::string_view token) {
  while (!header.empty()) {
    const auto comma = header.find(',');
    if (iequals(core::trim(header.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    header.remove_prefix(comma + 1);
  }
  return false;
}

// Content-Length is among them because the sender of a message writes its own, Expect because it is our
// connection that answers it.
constexpr HeaderNames kHopByHop{
    "Connection",       "Keep-Alive",          "TE",      "Trailer",        "Transfer-Encoding",
    "Proxy-Connection", "Proxy-Authorization", "Upgrade", "Content-Length", "Expect"};
// What we set ourselves, or take from nobody outside.
constexpr HeaderNames kOurs{"Host",        "X-Real-IP",         "X-Forwarded-For",
                            "traceparent", "X-Kong-Request-Id", "X-Request-Timeout-Ms"};
constexpr HeaderNames kBelievedFromTrusted{"X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port",
                                           "X-Forwarded-Path", "X-Forwarded-Prefix"};

bool is_ours_to_set(std::string_view name, PeerTrust trust) {
  return kOurs.contain(name) || (trust == PeerTrust::untrusted && kBelievedFromTrusted.contain(name));
}

// What must outlive the first change of the fields it was read from.
struct Kept {
  std::string host;
  std::string forwarded_for;
  std::string connection;
  bool is_websocket = false;
  bool takes_trailers = false;
};

Kept read(const http::Headers& headers) {
  Kept kept;
  for (const auto field : headers) {
    if (field.name.size() == 4 && iequals(field.name, "Host")) kept.host = field.value;
    if (field.name.size() == 15 && iequals(field.name, "X-Forwarded-For")) {
      kept.forwarded_for.append(field.value).append(", ");
    }
    if (field.name.size() == 10 && iequals(field.name, "Connection"))
      kept.connection.append(field.value).append(",");
    if (field.name.size() == 7 && iequals(field.name, "Upgrade"))
      kept.is_websocket = iequals(field.value, "websocket");
    if (field.name.size() == 2 && iequals(field.name, "TE"))
      kept.takes_trailers = lists(field.value, "trailers");
  }
  kept.is_websocket = kept.is_websocket && lists(kept.connection, "upgrade");
  return kept;
}

bool names_fields(std::string_view connection) {
  return !connection.empty() && !iequals(connection, "keep-alive,") && !iequals(connection, "close,") &&
         !iequals(connection, "upgrade,");
}

void add_forwarded(Exchange& exchange, const Kept& kept, PeerTrust trust) {
  auto& headers = exchange.http.request.headers;
  const auto add_unless_trusted = [&](http::FieldName name, std::string_view value) {
    if (trust == PeerTrust::untrusted || !headers.contains(name.text)) headers.add(name, value);
  };
  const auto address = std::string_view(exchange.http.peer.address);
  if (kept.forwarded_for.empty()) {
    headers.add("X-Forwarded-For", address);
  } else {
    headers.add("X-Forwarded-For", kept.forwarded_for + std::string(address));
  }
  add_unless_trusted("X-Forwarded-Proto", exchange.http.peer.is_tls ? "https" : "http");
  add_unless_trusted("X-Forwarded-Host", split_host_port(kept.host).host);
  if (trust == PeerTrust::untrusted || !headers.contains("X-Forwarded-Port"))
    headers.add("X-Forwarded-Port", exchange.http.peer.local_port);
  add_unless_trusted("X-Forwarded-Path", split_target(exchange.target).path);
  const auto prefix = exchange.path.substr(0, exchange.matched);
  if (exchange.route->strip == Strip::yes && prefix.size() > 1)
    add_unless_trusted("X-Forwarded-Prefix", prefix);
  headers.add("X-Real-IP", exchange.client_address());
}

}  // namespace

void make_upstream_request(Exchange& exchange, PeerTrust trust) {
  auto& request = exchange.http.request;
  auto& headers = request.headers;
  const Kept kept = read(headers);
  const bool has_named = names_fields(kept.connection);
  headers.keep_if([&](const http::HeaderField& field) {
    return !kHopByHop.contain(field.name) && !is_ours_to_set(field.name, trust) &&
           !(has_named && lists(kept.connection, field.name));
  });

  const Route& route = *exchange.route;
  headers.add("Host", route.preserves_host && !kept.host.empty()
                          ? std::string_view(kept.host)
                          : std::string_view(route.service->host_header));
  if (kept.is_websocket) {
    headers.add("Connection", "upgrade");
    headers.add("Upgrade", "websocket");
  }
  if (kept.takes_trailers) headers.add("TE", "trailers");
  add_forwarded(exchange, kept, trust);
  headers.add("Via", kVia);
  headers.add("X-Kong-Request-Id", exchange.request_id());
  exchange.upstream_trace = exchange.http.trace.child();
  headers.add("traceparent", exchange.upstream_trace.to_header());

  request.target = upstream_path(route.service->path, exchange.path, exchange.matched, route.strip);
  if (exchange.has_query) request.target.append("?").append(exchange.query);
}

void make_client_response(const Exchange& exchange, http::Response& response) {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  const std::string connection(response.headers.get("Connection"));
  const bool has_named = names_fields(connection.empty() ? connection : connection + ",");
  const bool is_upgrade = response.status == 101;
  const bool answers_head = exchange.http.request.method == "HEAD";
  response.headers.keep_if([&](const http::HeaderField& field) {
    if (is_upgrade) return true;
    if (answers_head && iequals(field.name, "Content-Length")) return true;
    return !kHopByHop.contain(field.name) && !(has_named && lists(connection, field.name));
  });
  const auto upstream_took = duration_cast<milliseconds>(exchange.answered_upstream - exchange.sent_upstream);
  const auto we_took = duration_cast<milliseconds>(exchange.sent_upstream - exchange.http.started);
  response.headers.add("X-Kong-Upstream-Latency", upstream_took.count());
  response.headers.add("X-Kong-Proxy-Latency", we_took.count());
  response.headers.add("Via", kVia);
  response.headers.add("X-Kong-Request-Id", exchange.request_id());
}

void mark_own_response(const Exchange& exchange, http::Response& response, core::SteadyTime now) {
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - exchange.http.started);
  response.headers.add("Server", kServerName);
  response.headers.add("X-Kong-Response-Latency", took.count());
  response.headers.add("X-Kong-Request-Id", exchange.request_id());
}

}  // namespace gatehouse::gateway
