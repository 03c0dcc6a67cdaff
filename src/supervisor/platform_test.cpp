#include "supervisor/platform.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "supervisor/platform_text.hpp"

namespace gatehouse::supervisor {
namespace {

class PlatformFile : public testing::Test {
 protected:
  PlatformFile() { std::filesystem::create_directories(data_); }
  ~PlatformFile() override { std::filesystem::remove_all(data_); }

  Result<Platform> read(std::string_view text, std::string_view name = "platform.yml") {
    std::ofstream(data_ / name) << text;
    return Platform::load(data_);
  }
  std::string complaint(std::string_view text) {
    const auto platform = read(text);
    EXPECT_FALSE(platform) << text;
    return platform ? "" : platform.error().detail;
  }

  std::filesystem::path data_ =
      std::filesystem::temp_directory_path() / ("gatehouse-platform-" + core::random_token(8));
};

TEST_F(PlatformFile, WhatTheFirstStartWritesReadsBackTheSame) {
  Platform platform = Platform::load(data_).value();
  EXPECT_EQ(platform.file, data_ / "platform.yml");
  EXPECT_EQ(platform.restart.first, std::chrono::milliseconds{50});
  EXPECT_EQ(platform.restart.last, std::chrono::milliseconds{5'000});
  platform.gateway_https = 9443;
  platform.restart.last = std::chrono::milliseconds{7'000};
  platform.roles[4].instances = 2;
  platform.roles[4].settings = {{"store", {{"engine", "sqlite"}}}, {"words", "a: b # c"}};
  const Platform again = read(platform_text(platform)).value();
  EXPECT_EQ(again.gateway_https, 9443);
  EXPECT_EQ(again.restart.last, std::chrono::milliseconds{7'000});
  EXPECT_EQ(again.plan_of("orders").instances, 2U);
  EXPECT_EQ(again.plan_of("orders").settings, platform.roles[4].settings);
  EXPECT_EQ(platform_text(again), platform_text(platform));
}

TEST_F(PlatformFile, AnOldPlatformFileIsReadUntilThereIsANewOne) {
  EXPECT_EQ(read(R"({"roles": {"orders": {"port": 6003}}})", "platform.json")->plan_of("orders").port, 6003);
  EXPECT_EQ(read("roles: {orders: {port: 7003}}\n")->plan_of("orders").port, 7003);
}

TEST_F(PlatformFile, TheLogShipperIsARoleOnlyWhereItIsConfiguredAndIsStoppedLast) {
  EXPECT_EQ(instances_of(read("").value()).front().role, "registry");
  const auto platform = read("logs: {file_size: 1MiB, files: 4}\nroles: {log-shipper: {settings: {}}}\n");
  ASSERT_TRUE(platform);
  EXPECT_EQ(instances_of(*platform).front().name, "log-shipper-1");
  EXPECT_EQ(platform->logs.file_bytes_max, 1U << 20U);
  EXPECT_EQ(platform->logs.files_max, 4U);
  EXPECT_TRUE(complaint("logs: {file_size: 1KiB}\n").ends_with("logs.file_size: must be from 64KiB to 1GiB"));
  EXPECT_TRUE(
      complaint("roles: {log-shipper: {instances: 2}}\n").ends_with("this role runs once per machine"));
}

TEST_F(PlatformFile, MistakesAreNamedWithFileLineAndPath) {
  EXPECT_TRUE(complaint("address: 127.0.0.1\nroles:\n  orders:\n    port: 70000\n")
                  .ends_with("platform.yml:4: roles.orders.port: must be between 1 and 65535"));
  struct Case {
    std::string_view text;
    std::string_view words;
  };
  for (const auto& [text, words] :
       {Case{"roles:\n  ordres: {}\n", ":2: roles.ordres: no such role"},
        Case{"roles:\n  orders: 3\n", ":2: roles.orders: must be"},
        Case{"gateway:\n  http_prot: 8000\n", ":2: gateway.http_prot"},
        Case{"- a\n", ":1: must be a mapping"}, Case{"a: 1\na: 2\n", ":2: the key \"a\" is there twice"},
        Case{"roles:\n  registry: {instances: 2}\n", "roles.registry.instances: this role runs once"},
        Case{"roles:\n  registry: {instances: 0}\n", ":2: roles.registry.instances: without a Consul"},
        Case{"restart: {first: 5s, last: 1s}\n", "restart.last"},
        Case{"discovery: {port: 8500}\n", "discovery: names a Consul"},
        Case{"discovery:\n  consul:\n    toke_file: x\n", ":3: discovery.consul.toke_file"}}) {
    const std::string told = complaint(text);
    EXPECT_NE(told.find(words), std::string::npos) << told;
  }
}

TEST_F(PlatformFile, SecretsAreRefusedWithoutBeingRepeated) {
  for (const std::string_view settings :
       {R"({store: {engine: postgres, password: hunter2}})", R"({redis: {password: 12345}})",
        R"({store: {engine: mongodb, url: "mongodb://app:hunter2@db:27017/people"}})",
        R"({a: [{aws_secret_access_key: hunter2}]})", R"({provider: {api_key: hunter2}})"}) {
    const std::string told = complaint("roles:\n  orders:\n    settings: " + std::string(settings) + "\n");
    EXPECT_NE(told.find(":3: roles.orders.settings."), std::string::npos) << told;
    EXPECT_EQ(told.find("hunter2"), std::string::npos) << told;
  }
  EXPECT_TRUE(
      read("roles:\n  orders:\n    settings: {store: {password_file: pg, url: \"https://db:5432/x\"}}\n"));
}

TEST_F(PlatformFile, WithAConsulThereIsNoRegistryRole) {
  const auto has_registry = [](const Platform& platform) {
    return std::ranges::any_of(instances_of(platform), [](const auto& i) { return i.role == "registry"; });
  };
  const Platform built_in = Platform::load(data_).value();
  EXPECT_TRUE(has_registry(built_in));
  EXPECT_EQ(built_in.discovery_of_roles(), (json::object{{"address", "127.0.0.1"}, {"port", 8500}}));
  const Platform consul = read("discovery: {consul: {port: 8501, token_file: consul_token}}\n").value();
  EXPECT_FALSE(has_registry(consul));
  EXPECT_EQ(consul.discovery_of_roles().at("consul").at("port"), json::value(8501));
}

TEST_F(PlatformFile, TwoGatewaysShareTheirPublicPortsAndHaveAdminPortsOfTheirOwn) {
  const Platform platform = read("roles: {gateway: {instances: 2}}\n").value();
  const auto instances = instances_of(platform);
  EXPECT_EQ(admin_port_of(platform, instances[instances.size() - 2]), 8001);
  EXPECT_EQ(admin_port_of(platform, instances.back()), 8101);
}

}  // namespace
}  // namespace gatehouse::supervisor
