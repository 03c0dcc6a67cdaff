// Implements the exchange: its id, its target in the one spelling that all later rooms see.
#include "gateway/exchange.hpp"

#include "telemetry/random.hpp"

namespace gatehouse::gateway {
namespace {

std::array<char, 32> random_hex() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 32> text;
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t bits = telemetry::fast_random();
    for (std::size_t i = 0; i < 16; ++i, bits >>= 4) text[half * 16 + i] = kDigits[bits & 15];
  }
  return text;
}

}  // namespace

Plugin& LiveConfiguration::plugin(std::uint32_t slot) {
  auto& instance = plugins_[slot];
  if (!instance) {
    const auto& described = snapshot_->plugins()[slot];
    instance = described.make(described.scope, context_);
  }
  return *instance;
}

Exchange::Exchange(http::Exchange& http_, std::shared_ptr<LiveConfiguration> live_, const core::Clock& clock)
    : http(http_), live(std::move(live_)), clock_(clock), id_(random_hex()) {}

core::SystemTime Exchange::now() {
  if (!now_) now_ = clock_.now();
  return *now_;
}

void Exchange::read_body_through(std::unique_ptr<http::Body> body) {
  http.request.body = body.get();
  bodies_.push_back(std::move(body));
}

Result<void> read_target(Exchange& exchange) {
  exchange.target = std::move(exchange.http.request.target);
  const auto split = split_target(exchange.target);
  exchange.query = split.query;
  exchange.has_query = split.has_query;
  const auto path = normalise_path(split.path, exchange.path_storage_);
  exchange.path = path ? *path : split.path;
  if (!path) return fail(path);
  return {};
}

}  // namespace gatehouse::gateway
