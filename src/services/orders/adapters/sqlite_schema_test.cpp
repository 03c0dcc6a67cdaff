// What an earlier release has written is taken along.
#include "services/orders/adapters/sqlite_schema.hpp"

#include <gtest/gtest.h>

#include "storage/sqlite/test_file.hpp"

namespace gatehouse::orders {
namespace {

using sqlite::Row;

// As the first schema had it, with one answer.
constexpr std::string_view kFirstSchema = R"sql(
DROP TABLE idempotency_keys;
CREATE TABLE idempotency_keys (
  owner TEXT NOT NULL, route TEXT NOT NULL, key TEXT NOT NULL, fingerprint BLOB NOT NULL, status INTEGER NOT NULL,
  location TEXT NOT NULL, etag TEXT NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (owner, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
INSERT INTO idempotency_keys VALUES ('alice', 'POST /orders', 'k', x'00FF', 201, '/orders/1', '"1"', '{}', 7);
PRAGMA user_version = 1;
)sql";

std::string text(sqlite::Connection& connection, std::string_view sql) {
  const auto read = [](const Row& row) { return row.text(0); };
  return connection.one(sql, read).value().value_or("nothing");
}

TEST(OrdersSchema, TheSecondKeepsTheAnswersOfTheFirst) {
  const sqlite::TestFile file;
  {
    auto database = open_orders_database(file.path()).value();
    auto connection = database.writer().value();
    ASSERT_TRUE(connection.execute(kFirstSchema));
  }
  auto database = open_orders_database(file.path()).value();
  auto connection = database.writer().value();
  EXPECT_EQ(text(connection, "PRAGMA user_version"), "2");
  EXPECT_EQ(text(connection, "PRAGMA integrity_check"), "ok");
  EXPECT_EQ(text(connection,
                 "SELECT owner || route || key || hex(fingerprint) || status || location || etag || body || "
                 "created_at FROM idempotency_keys"),
            "alicePOST /ordersk00FF201/orders/1\"1\"{}7");
  EXPECT_EQ(text(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'keys_with_answers'"), "0");
  EXPECT_EQ(text(connection, "SELECT tbl_name FROM sqlite_master WHERE name = 'idempotency_keys_by_time'"),
            "idempotency_keys");
}

}  // namespace
}  // namespace gatehouse::orders
