#include "bench/services/express.hpp"

#include <fstream>

#include "core/encoding.hpp"
#include "core/ids.hpp"
#include "supervisor/durable_file.hpp"
#include "tests/harness/or_throw.hpp"

namespace gatehouse::bench {
namespace {

using tests::or_throw;

json::object tls_of(const supervisor::Layout& layout, const std::string& role) {
  const auto directory = layout.instance_dir(role + "-1") / "tls";
  return {{"certificate", (directory / "cert.pem").string()},
          {"key", (directory / "key.pem").string()},
          {"ca", layout.ca_file().string()}};
}

std::uint16_t port_of(const tests::RunningPlatform& platform, std::string_view role) {
  return platform.plan().plan_of(role).port;
}

json::object provider_of(const tests::RunningPlatform& platform) {
  json::object provider = tls_of(platform.layout(), "payments");
  const auto key =
      or_throw(supervisor::read_file(platform.layout().secrets_dir("payments") / "provider_api_key"));
  provider["port"] = port_of(platform, "provider-sim");
  provider["api_key"] = key.substr(0, key.find('\n'));
  return provider;
}

}  // namespace

Express::Express(const tests::RunningPlatform& platform, const ExpressOptions& options) {
  const auto places = or_throw(platform.endpoints());
  const auto keys = or_throw(platform.through_https()->ask(demo::get(places.keys), 200));
  json::object service = options.store;
  service["field_key"] = core::to_base64(core::random_bytes(32));
  if (service.at("engine") == "sqlite") service["file"] = (server_.directory() / "express.db").string();
  if (options.role == "payments") service["provider"] = provider_of(platform);
  json::object config = tls_of(platform.layout(), options.role);
  config["port"] = server_.port();
  config["issuer"] = places.issuer;
  config["jwks"] = json::parse(keys.content);
  config["role"] = options.caller_role;
  config["keeps_tokens"] = options.keeps_tokens;
  config[options.role] = std::move(service);
  const auto file = server_.directory() / "config.json";
  std::ofstream(file) << json::serialize(config);
  server_.launch({.words = {"node", (options.program / "server.js").string(), file.string()},
                  .environment = {"NODE_ENV=production"},
                  .advice = "has bench/services/run installed its packages?"});
}

}  // namespace gatehouse::bench
