// Both stores against the one contract, and what only the SQLite store promises: sealed fields.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdlib.h>

#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "services/payments/adapters/memory_payment_store.hpp"
#include "services/payments/adapters/payment_document.hpp"
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
  TemporaryDirectory directory;
  BlockingPool pool{"test"};
  storage::sqlite::Database file = [this] {
    auto opened = storage::sqlite::Database::open(directory.path + "/payments.db").value();
    EXPECT_TRUE(prepare_payment_schema(opened));
    return opened;
  }();
  storage::sqlite::AsyncDatabase database{file, pool};
  crypto::Envelope envelope{std::make_shared<const crypto::KeyRing>(
      crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value())};
  SqlitePaymentStore sqlite{database, envelope};
  PaymentStore& store() override { return sqlite; }
};

INSTANTIATE_TEST_SUITE_P(Memory, PaymentStoreContract,
                         testing::Values([] { return std::make_unique<MemoryUnderTest>(); }));
INSTANTIATE_TEST_SUITE_P(Sqlite, PaymentStoreContract,
                         testing::Values([] { return std::make_unique<SqliteUnderTest>(); }));

TEST(SqlitePaymentStore, WritesNeitherTokenNorDescriptionInClear) {
  SqliteUnderTest under_test;
  Payment payment = contract::new_payment("pay_1");
  ASSERT_TRUE(runtime::run_to_end(under_test.sqlite.create(payment)));

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
  ASSERT_TRUE(runtime::run_to_end(under_test.sqlite.create(contract::new_payment("pay_1"))));
  ASSERT_TRUE(runtime::run_to_end(under_test.sqlite.create(contract::new_payment("pay_2"))));
  auto swap = [](storage::sqlite::Connection& connection) {
    return connection.run(
        "UPDATE payment SET (data_key, payment_method) = "
        "(SELECT data_key, payment_method FROM payment WHERE id = 'pay_1') WHERE id = 'pay_2'");
  };
  ASSERT_TRUE(runtime::run_to_end(under_test.database.write(swap)));

  const auto moved = runtime::run_to_end(under_test.sqlite.get("pay_2", {}));

  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().reason, "ciphertext_rejected");
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
