#include "storage/redis/options.hpp"

#include <gtest/gtest.h>

#include "core/fields.hpp"

namespace gatehouse::storage::redis {
namespace {

Result<Options> read(std::string_view text) {
  const auto read_secret = [](const std::string& name) -> Result<Secret> {
    if (name == "missing") return fail(ErrorKind::invalid, "secret_missing", name);
    return Secret("secret of " + name);
  };
  return Options::from_json(core::parse_json_object(text).value(), "settings.redis", read_secret);
}

TEST(RedisOptions, AreOneServerInClearTextByDefault) {
  const auto options = read("{}");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->mode, Mode::single);
  EXPECT_EQ(options->hosts, (std::vector{Address{"127.0.0.1", 6379}}));
  EXPECT_FALSE(options->tls);
  EXPECT_EQ(read(R"({"host": "redis", "port": 7})")->hosts, (std::vector{Address{"redis", 7}}));
}

TEST(RedisOptions, NameSentinelsUsersAndCertificates) {
  const auto options = read(R"({"mode": "sentinel", "hosts": ["a", "b:7", "[::1]:8"], "master": "shop",
    "user": "orders", "password_file": "one", "sentinel_user": "watch", "sentinel_password_file": "two",
    "database": 3, "command_timeout": "50ms",
    "tls": {"ca": "ca.pem", "certificate": "c.pem", "key": "k.pem", "server_name": "redis"}})");
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->hosts, (std::vector{Address{"a", 26379}, Address{"b", 7}, Address{"::1", 8}}));
  EXPECT_EQ(options->master, "shop");
  EXPECT_EQ(options->redis.user, "orders");
  EXPECT_EQ(options->redis.password.reveal(), "secret of one");
  EXPECT_EQ(options->sentinels.user, "watch");
  EXPECT_EQ(options->sentinels.password.reveal(), "secret of two");
  EXPECT_EQ(options->tls->key, "k.pem");
  EXPECT_EQ(options->server_name, "redis");
}

TEST(RedisOptions, WhatCannotBeIsRefusedWithItsPath) {
  struct Row {
    std::string_view text;
    std::string_view detail;
  };
  for (const Row& row :
       {Row{R"({"mode": "ring"})", "settings.redis.mode: must be single, cluster or sentinel"},
        Row{R"({"hosts": ["a:b"]})", "settings.redis.hosts: a:b is no host:port"},
        Row{R"({"hosts": ["a", "b"]})", "settings.redis.hosts: must be one"},
        Row{R"({"hosts": ["a"], "host": "b"})", "settings.redis.host: is the short form of hosts"},
        Row{R"({"mode": "sentinel"})", "settings.redis.master: belongs to the mode sentinel, which needs it"},
        Row{R"({"master": "m"})", "settings.redis.master: belongs to the mode sentinel, which needs it"},
        Row{R"({"mode": "cluster", "database": 1})", "settings.redis.database: a cluster has only 0"},
        Row{R"({"tls": {"key": "k"}})",
            "settings.redis.tls.key: belongs to a certificate, and a certificate to its key"},
        Row{R"({"tls": {"cert": "k"}})", "settings.redis.tls.cert: unknown field"},
        Row{R"({"pasword_file": "k"})", "settings.redis.pasword_file: unknown field"},
        Row{R"({"password_file": "missing"})", "missing"}}) {
    const auto options = read(row.text);
    ASSERT_FALSE(options) << row.text;
    EXPECT_EQ(options.error().detail, row.detail);
  }
}

TEST(RedisOptions, TlsFilesThatAreMissingAreSaid) {
  auto options = read(R"({"tls": {"ca": "/nowhere/ca.pem"}})").value();
  EXPECT_FALSE(settings_of(options, "me"));
}

}  // namespace
}  // namespace gatehouse::storage::redis
