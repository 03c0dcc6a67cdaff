#include "auth_server/protocol/flow_token.hpp"

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {
namespace {

// Every part with its length before it, so that no two flows read the same.
std::string mac_of(const Secret& key, const Flow& flow, std::int64_t made_at) {
  std::string message;
  const std::string time = std::to_string(made_at);
  for (const std::string_view part : {flow.form, std::string_view(flow.realm), std::string_view(flow.cookie),
                                      std::string_view(flow.parameters), std::string_view(time)}) {
    message += fmt::format("{}:{}", part.size(), part);
  }
  return core::to_base64url(crypto::hmac_sha256(key.reveal(), message));
}

}  // namespace

std::string make_flow_token(const Secret& key, const Flow& flow, core::SystemTime now) {
  const std::int64_t made_at = core::unix_seconds(now);
  return fmt::format("{}.{}", made_at, mac_of(key, flow, made_at));
}

FlowCheck check_flow_token(const Secret& key, const Flow& flow, std::string_view token,
                           std::chrono::seconds lifetime, core::SystemTime now) {
  const auto parts = core::cut(token, '.');
  if (!parts || flow.cookie.empty()) return FlowCheck::forged;
  const auto made_at = core::parse_int<std::int64_t>(parts->first);
  if (!made_at) return FlowCheck::forged;
  if (!core::constant_time_equal(mac_of(key, flow, *made_at), parts->second)) return FlowCheck::forged;
  return core::unix_seconds(now) >= *made_at + lifetime.count() ? FlowCheck::expired : FlowCheck::good;
}

}  // namespace gatehouse::auth_server
