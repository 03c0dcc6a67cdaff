#include "storage/postgres/options.hpp"

#include <gtest/gtest.h>

#include "core/fields.hpp"

namespace gatehouse::storage::postgres {
namespace {

constexpr std::string_view kComplete = R"({
  "engine": "postgres", "hosts": [{"host": "db1", "port": 6432}, {"host": "db2"}], "database": "orders",
  "user": "shop", "password_file": "postgres_password", "connections_max": 3, "operation_timeout": "750ms",
  "tls": {"ca": "ca.pem", "certificate": "client.pem", "key": "client-key.pem"}})";

Result<Secret> secret_of(std::string_view name) {
  if (name == "postgres_password") return Secret("sesame");
  return fail(ErrorKind::invalid, "secret_missing", std::string(name));
}

Result<Options> read(std::string_view text) {
  return Options::from_json(core::parse_json_object(text).value(), "settings.store", secret_of);
}

// The complete settings with one part replaced.
Result<Options> read_with(std::string_view part, std::string_view by) {
  std::string text(kComplete);
  text.replace(text.find(part), part.size(), by);
  return read(text);
}

TEST(PostgresOptions, AreReadFromSettings) {
  const auto options = read(kComplete);

  ASSERT_TRUE(options) << options.error().detail;
  ASSERT_EQ(options->hosts.size(), 2U);
  EXPECT_EQ(options->hosts[0].name, "db1");
  EXPECT_EQ(options->hosts[0].port, 6432);
  EXPECT_EQ(options->hosts[1].port, 5432);
  EXPECT_EQ(options->user, "shop");
  EXPECT_EQ(options->password.reveal(), "sesame");
  EXPECT_EQ(options->tls.key, "client-key.pem");
  EXPECT_EQ(options->connections_max, 3U);
  EXPECT_EQ(options->operation_timeout, std::chrono::milliseconds{750});
}

TEST(PostgresOptions, WhatIsWrongIsNamedWithItsPath) {
  constexpr struct {
    std::string_view part;
    std::string_view by;
    std::string_view detail;
  } kTable[] = {
      {R"("user": "shop",)", "", "settings.store.user"},
      {R"("database": "orders")", R"("database": "")", "settings.store.database"},
      {R"("connections_max": 3)", R"("connections_max": 0)", "settings.store.connections_max"},
      {R"("operation_timeout": "750ms")", R"("operation_timeout": "1ms")",
       "settings.store.operation_timeout"},
      {R"("user": "shop")", R"("user": "shop", "pasword": "x")", "settings.store.pasword"},
      {R"([{"host": "db1", "port": 6432}, {"host": "db2"}])", "[]", "settings.store.hosts"},
      {R"({"host": "db2"})", R"({"host": "db2", "weight": 2})", "settings.store.hosts[1].weight"},
      {R"({"host": "db2"})", R"("db2")", "settings.store.hosts[1]"},
      {R"("ca": "ca.pem", )", "", "settings.store.tls.ca"},
      {R"(, "key": "client-key.pem")", "", "settings.store.tls.key"},
      {R"("password_file": "postgres_password")", R"("password_file": "lost")", "lost"},
  };
  for (const auto& row : kTable) {
    const auto options = read_with(row.part, row.by);
    ASSERT_FALSE(options) << row.by;
    EXPECT_TRUE(options.error().detail.starts_with(row.detail)) << options.error().detail;
  }
}

TEST(PostgresOptions, TlsCannotBeLeftOut) {
  const auto options = read(R"({"hosts": [{"host": "db1"}], "database": "orders", "user": "shop"})");

  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().detail, "settings.store.tls: is required");
}

}  // namespace
}  // namespace gatehouse::storage::postgres
