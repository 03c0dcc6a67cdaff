#include "discovery/settings.hpp"

#include <gtest/gtest.h>

#include "core/fields.hpp"

namespace gatehouse::discovery {
namespace {

Result<Settings> read(std::string_view text) {
  return Settings::from_json(core::parse_json_object(text).value());
}

TEST(DiscoverySettings, WithoutConsulTheBuiltInRegistryIsAsked) {
  const auto settings = read(R"({"address": "127.0.0.2", "port": 8600})").value();
  EXPECT_EQ(settings.kind, RegistryKind::built_in);
  EXPECT_EQ(settings.address, "127.0.0.2");
  EXPECT_EQ(settings.port, 8600);
  EXPECT_EQ(settings.check, CheckKind::ttl);
  EXPECT_EQ(settings.transport, Transport::platform_tls);
}

TEST(DiscoverySettings, ConsulIsAskedOverTlsAndAsksTheInstances) {
  const auto plain = read(R"({"consul": {}})").value();
  EXPECT_EQ(plain.kind, RegistryKind::consul);
  EXPECT_EQ(plain.transport, Transport::platform_tls);
  EXPECT_EQ(plain.port, 8501);
  EXPECT_EQ(plain.check, CheckKind::https);
  const auto own = read(R"({"consul": {"address": "consul.example", "tls": {"ca": "ca.pem"},
                                       "token_file": "consul_token", "tags": ["blue"]}})")
                       .value();
  EXPECT_EQ(own.transport, Transport::own_tls);
  EXPECT_EQ(own.server_name, "consul.example");
  EXPECT_EQ(own.token_file, "consul_token");
  EXPECT_EQ(own.tags, std::vector<std::string>{"blue"});
}

TEST(DiscoverySettings, RefusesWhatWouldNotWorkAndNamesIt) {
  struct Case {
    std::string_view text;
    std::string_view path;
  };
  for (const auto& [text, path] :
       {Case{R"({"consul": {"adress": "x"}})", "discovery.consul.adress"},
        Case{R"({"consul": {"tls": {"certificate": "c.pem"}}})", "discovery.consul.tls.key"},
        Case{R"({"consul": {"tls": 1}})", "discovery.consul.tls"},
        Case{R"({"consul": {"address": "10.0.0.7", "tls": false}})", "discovery.consul.tls"},
        Case{R"({"consul": {"check": "tcp"}})", "discovery.consul.check"},
        Case{R"({"consul": {"check_interval": "1ms"}})", "discovery.consul.check_interval"},
        Case{R"({"consul": {}, "port": 8500})", "discovery.port"},
        Case{R"({"token": "abc"})", "discovery.token"}}) {
    const auto settings = read(text);
    ASSERT_FALSE(settings) << text;
    EXPECT_TRUE(settings.error().detail.starts_with(path)) << settings.error().detail;
  }
  EXPECT_TRUE(read(R"({"consul": {"address": "127.0.0.1", "tls": false}})"));
}

}  // namespace
}  // namespace gatehouse::discovery
