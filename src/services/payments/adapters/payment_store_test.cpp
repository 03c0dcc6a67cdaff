// All stores against the one contract, and what only the SQLite store promises: sealed fields.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdlib.h>

#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "services/payments/adapters/dynamodb_fixture.hpp"
#include "services/payments/adapters/memory_payment_store.hpp"
#include "services/payments/adapters/payment_document.hpp"
#include "services/payments/adapters/sealed_fields.hpp"
#include "services/payments/adapters/sqlite_payment_store.hpp"
#include "services/payments/ports/payment_store_contract.hpp"

namespace gatehouse::payments {
namespace {

using contract::PaymentStoreContract;

struct MemoryUnderTest final : contract::StoreUnderTest {
  MemoryPaymentStore memory;
  PaymentStore& store() override { return memory; }
};

struct TemporaryDirectory {
  std::string path = [] {
    std::string name = (std::filesystem::temp_directory_path() / "payments-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    return name;
  }();
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
};

struct SqliteUnderTest final : contract::StoreUnderTest {
  // One process's view of the file.
  struct Opened {
    Opened(const std::string& file, BlockingPool& pool, const crypto::Envelope& envelope)
        : database(open(file), pool), sqlite(database, envelope) {}
    static storage::sqlite::Database open(const std::string& file) {
      auto opened = storage::sqlite::Database::open(file).value();
      EXPECT_TRUE(prepare_payment_schema(opened));
      return opened;
    }
    storage::sqlite::AsyncDatabase database;
    SqlitePaymentStore sqlite;
  };

  SqliteUnderTest() { restart(); }
  PaymentStore& store() override { return opened->sqlite; }
  void restart() override {
    opened.reset();
    opened.emplace(directory.path + "/payments.db", pool, envelope);
  }

  TemporaryDirectory directory;
  BlockingPool pool{"test"};
  std::shared_ptr<crypto::LiveKeyRing> ring = std::make_shared<crypto::LiveKeyRing>(
      std::make_shared<const crypto::KeyRing>(crypto::KeyRing::fresh()));
  crypto::Envelope envelope{std::shared_ptr<const crypto::LiveKeyRing>(ring)};
  std::optional<Opened> opened;
};

INSTANTIATE_TEST_SUITE_P(Memory, PaymentStoreContract,
                         ::testing::Values([](auto& /*io*/) { return std::make_unique<MemoryUnderTest>(); }));
INSTANTIATE_TEST_SUITE_P(Sqlite, PaymentStoreContract,
                         ::testing::Values([](auto& /*io*/) { return std::make_unique<SqliteUnderTest>(); }));
INSTANTIATE_TEST_SUITE_P(Dynamodb, PaymentStoreContract, ::testing::Values([](auto& io) {
                           return payments::testing::fresh_dynamodb_store(io);
                         }));

TEST(SqlitePaymentStore, WritesNeitherTokenNorDescriptionInClear) {
  SqliteUnderTest under_test;
  Payment payment = contract::new_payment("pay_1");
  ASSERT_TRUE(runtime::run_to_end(under_test.opened->sqlite.create(payment)));

  std::string bytes;
  for (const auto& file : std::filesystem::directory_iterator(under_test.directory.path)) {
    std::ostringstream content;
    content << std::ifstream(file.path(), std::ios::binary).rdbuf();
    bytes += content.str();
  }

  EXPECT_NE(bytes.find("ord_1"), std::string::npos) << "the scan must be able to find something";
  EXPECT_EQ(bytes.find("pm_card_visa"), std::string::npos);
  EXPECT_EQ(bytes.find("red socks"), std::string::npos);
}

TEST(SqlitePaymentStore, RefusesASealedFieldThatWasMovedToAnotherRow) {
  SqliteUnderTest under_test;
  ASSERT_TRUE(runtime::run_to_end(under_test.opened->sqlite.create(contract::new_payment("pay_1"))));
  ASSERT_TRUE(runtime::run_to_end(under_test.opened->sqlite.create(contract::new_payment("pay_2"))));
  auto swap = [](storage::sqlite::Connection& connection) {
    return connection.run(
        "UPDATE payment SET (data_key, payment_method) = "
        "(SELECT data_key, payment_method FROM payment WHERE id = 'pay_1') WHERE id = 'pay_2'");
  };
  ASSERT_TRUE(runtime::run_to_end(under_test.opened->database.write(swap)));

  const auto moved = runtime::run_to_end(under_test.opened->sqlite.get("pay_2", {}));

  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().reason, "ciphertext_rejected");
}

TEST(SqlitePaymentStore, ServesTheOthersWhenOnePaymentIsDamaged) {
  SqliteUnderTest under_test;
  for (const char* id : {"pay_1", "pay_2", "pay_3"}) {
    ASSERT_TRUE(runtime::run_to_end(under_test.opened->sqlite.create(contract::new_payment(id))));
  }
  auto damage = [](storage::sqlite::Connection& connection) {
    return connection.run("UPDATE payment SET description = x'e502010203' WHERE id = 'pay_2'");
  };
  ASSERT_TRUE(runtime::run_to_end(under_test.opened->database.write(damage)));

  const auto damaged = runtime::run_to_end(under_test.opened->sqlite.get("pay_2", {}));
  EXPECT_EQ(damaged.error().kind, ErrorKind::internal);
  EXPECT_NE(damaged.error().detail.find("pay_2"), std::string::npos) << damaged.error().detail;
  ListQuery query;
  query.limit = 2;
  const auto page = runtime::run_to_end(under_test.opened->sqlite.list(query)).value();
  ASSERT_EQ(page.payments.size(), 2U) << "the page is full all the same";
  EXPECT_FALSE(page.has_more);
  EXPECT_EQ(page.payments[0].state().id, "pay_3");
  EXPECT_EQ(page.payments[1].state().id, "pay_1");
  query.limit = 1;
  EXPECT_TRUE(runtime::run_to_end(under_test.opened->sqlite.list(query))->has_more);
}

TEST(SqlitePaymentStore, RewrapsTheKeysOfItsRows) {
  SqliteUnderTest under_test;
  ASSERT_TRUE(runtime::run_to_end(under_test.opened->sqlite.create(contract::new_payment("pay_1"))));
  storage::sqlite::SqliteWrappedRows rows(under_test.opened->database, kWrappedPaymentKeys);
  storage::RewrapRows rewrap(rows, under_test.envelope, name_of_payment_key);
  under_test.ring->replace(under_test.ring->snapshot()->announced()->promoted());

  EXPECT_EQ(runtime::run_to_end(rewrap.advance("", 10))->done, 1U);

  under_test.ring->replace(under_test.ring->snapshot()->without({1}));
  EXPECT_TRUE(runtime::run_to_end(under_test.opened->sqlite.get("pay_1", {})));
}

TEST(PaymentDocument, RefusesWhatItDidNotWrite) {
  json::object document = document_of(contract::new_payment("pay_1").state());
  ASSERT_TRUE(payment_of(document));
  for (const auto& [field, value] :
       std::vector<std::pair<std::string, json::value>>{{"status", "paid"},
                                                        {"currency", "XXX"},
                                                        {"minor", "12"},
                                                        {"attempts", json::array{1}},
                                                        {"extra", 1}}) {
    json::object changed = document;
    changed[field] = value;
    EXPECT_FALSE(payment_of(changed)) << field;
  }
}

}  // namespace
}  // namespace gatehouse::payments
