// The life of one request in the gateway. Read this file first: serve() is the whole way, every room on it is
// named here.
#include "gateway/serve.hpp"

#include "gateway/error_page.hpp"
#include "gateway/protocol_check.hpp"
#include "gateway/request_spans.hpp"

namespace gatehouse::gateway {

Awaitable<> Proxy::serve(http::Exchange& arrived) {
  Exchange& exchange = begin(arrived);              // an id, and the configuration of this moment
  Result<Verdict> verdict = match_route(exchange);  // route_table
  if (exchange.route != nullptr) {
    for (const ChainLink& link : exchange.route->chain) {  // plugins/, the strongest priority first
      if (!verdict || verdict->reply) break;
      Plugin* plugin = plugin_for(exchange, link);
      if (plugin == nullptr) continue;
      Step step = plugin->on_request(exchange);
      if (!step.is_decided()) {
        auto pending = std::move(step).pending();
        step = Step(co_await std::move(pending));
      }
      verdict = std::move(step).decided();
    }
    if (verdict && !verdict->reply) {
      const PeerTrust trust =
          settings_.trusted_peers.contains(arrived.peer.address) ? PeerTrust::trusted : PeerTrust::untrusted;
      const auto forwarded = co_await upstreams_.forward(exchange, trust);  // upstream/: retries, streaming
      if (!forwarded) verdict = fail(forwarded);
    }
  }
  complete(exchange, std::move(verdict));  // an error becomes an answer: error_page
  for (const ChainLink& link : exchange.chain()) {
    if (Plugin* plugin = plugin_for(exchange, link)) plugin->on_response(exchange);
  }
}

// After the answer went out, or could not: the one place where a request is counted, traced and logged.
void Proxy::finish(const http::Exchange& arrived, std::chrono::nanoseconds took) noexcept {
  const auto* exchange = static_cast<const Exchange*>(arrived.attachment.get());
  if (exchange == nullptr) return;  // refused by the connection before it was a request
  metrics_.count(*exchange, took);
  for (const ChainLink& link : exchange->chain()) {
    if (Plugin* plugin = plugin_for(*exchange, link)) plugin->on_finish(*exchange, took);
  }
  keep_spans(*exchange, took);
  if (settings_.access_log == AccessLog::on) write_access_log(*exchange, took);
}

Proxy::Proxy(const Configuration& configuration, const PluginContext& context, Upstreams& upstreams,
             ProxySettings settings)
    : configuration_(configuration),
      context_(context),
      upstreams_(upstreams),
      settings_(std::move(settings)),
      metrics_(context.metrics) {
  take_new_configuration();
}

Exchange& Proxy::begin(http::Exchange& arrived) {
  if (configuration_.version() != version_) take_new_configuration();
  auto exchange = std::make_unique<Exchange>(arrived, live_, context_.clock);
  Exchange& kept = *exchange;
  arrived.attachment = std::move(exchange);
  return kept;
}

Result<Verdict> Proxy::match_route(Exchange& exchange) const {
  if (auto read = read_target(exchange); !read) return fail(read);
  const auto& request = exchange.http.request;
  if (request.method == "TRACE") return refuse(ErrorKind::method_not_allowed, "trace_refused");
  const net::Peer& peer = exchange.http.peer;
  const auto hit = exchange.snapshot().match({.method = request.method,
                                              .path = exchange.path,
                                              .server_name = peer.server_name,
                                              .is_tls = peer.is_tls,
                                              .headers = &request.headers});
  if (!hit && !configuration_.is_known()) return fail(ErrorKind::unavailable, "no_configuration");
  if (!hit) return refuse(ErrorKind::not_found, "no_route");
  exchange.route = &exchange.snapshot().route(hit->rule);
  exchange.matched = hit->matched;
  exchange.http.route = exchange.route->name;
  return check_protocol(exchange);
}

Plugin* Proxy::plugin_for(const Exchange& exchange, const ChainLink& link) const {
  const auto slot = exchange.snapshot().choose(link, exchange.route, exchange.identity.consumer);
  return slot == ChainLink::kNone ? nullptr : &exchange.live->plugin(slot);
}

void Proxy::complete(Exchange& exchange, Result<Verdict> outcome) const {
  if (exchange.is_proxied) return;
  http::Response& response = exchange.http.response;
  if (outcome && outcome->reply) {
    response = std::move(*outcome->reply);
  } else {
    const Error error = outcome ? Error(ErrorKind::internal, "no_verdict") : std::move(outcome.error());
    exchange.failure = error.reason;
    exchange.failure_detail = error.detail;
    response = error_page(exchange, error);
  }
  mark_own_response(exchange, response, std::chrono::steady_clock::now());
}

void Proxy::take_new_configuration() {
  const auto published = configuration_.current();
  version_ = published.version;
  live_ = std::make_shared<LiveConfiguration>(published.snapshot, context_);
  upstreams_.learn(*published.snapshot);
}

}  // namespace gatehouse::gateway
