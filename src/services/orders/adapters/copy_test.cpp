// Orders between SQLite and PostgreSQL: every record reads the same from both, and the service goes on where
// it was.
#include <gmock/gmock.h>

#include "data_copy/synchronise.hpp"
#include "services/orders/adapters/postgres_copy.hpp"
#include "services/orders/adapters/sqlite_copy.hpp"
#include "services/orders/adapters/store_contract.hpp"
#include "storage/sqlite/test_file.hpp"

namespace gatehouse::orders {
namespace {

using data_copy::Effect;
using data_copy::Tally;
using Collections = std::vector<std::unique_ptr<data_copy::Collection>>;

constexpr std::size_t kOrders = 37;

crypto::Envelope fresh_envelope() {
  return crypto::Envelope(std::make_shared<const crypto::KeyRing>(crypto::KeyRing::fresh()));
}

// SQLite with keys of its own.
struct Embedded {
  storage::sqlite::TestFile file;
  runtime::BlockingPool pool{"orders-copy-test"};
  OrdersDatabase shared{open_orders_database(file.path()).value(), pool, fresh_envelope()};
  SqliteCatalogue catalogue{shared};
  SqliteOrderStore store{shared};
  SqliteOutbox outbox{shared};
  Collections collections = collections_of(shared);
};

class OrdersCopy : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresPlatform::is_possible()) GTEST_SKIP() << "the Debian package postgresql-15 is not installed";
    platform().forget_everything();
    on_postgres_ = collections_of(platform().process(0).shared);
  }
  static PostgresPlatform& platform() { return PostgresPlatform::shared(); }
  template <class T>
  static T run(Awaitable<T> task) {
    return platform().loop().run(std::move(task));
  }
  static void sql(std::string_view statement) {
    postgres::Batch batch;
    batch.add(statement);
    const auto done =
        run(platform().process(0).shared.database.run(std::move(batch), postgres::Repeatable::yes));
    ASSERT_TRUE(done) << done.error().detail;
  }
  static void sql(Embedded& embedded, std::string_view statement) {
    auto connection = embedded.shared.database.database().writer().value();
    const auto done = connection.execute(statement);
    ASSERT_TRUE(done) << done.error().detail;
  }

  static void place(OrderStore& store, const std::string& id, const std::string& owner) {
    PlaceRequest request{.key = {owner, "POST /orders", "key \"" + id + "\" ü"},
                         .fingerprint = std::string("\0print\xff", 7) + id,
                         .wishes = {{"cup", 2}, {"lamp", 1}},
                         .traceparent = "00-trace",
                         .now = kNow,
                         .keys_kept_since = kLongAgo};
    const Draft draft = [&](const std::vector<Product>& products) -> Result<Drafted> {
      auto order = draft_order({id, owner, "pm_card_" + id, request.wishes}, products, kNow);
      if (!order) return fail(order);
      return Drafted{*order, {201, "/orders/" + id, "\"1\"", "{\"id\":\"" + id + "\"}"}};
    };
    const auto placed = run(store.place(request, draft));
    ASSERT_TRUE(placed) << placed.error().detail;
  }
  static Order order_in(OrderStore& store, const std::string& id) {
    return run(store.get(id, std::nullopt)).value();
  }
  // Orders in several states, of three people, one of whose names begins another's.
  static void fill(Catalogue& catalogue, OrderStore& store, SagaStore& sagas) {
    std::vector<Product> products{{"cup", "A cup, \"blue\" ☕", {1'250, kEuro}, {1'000, 0, 0}},
                                  {"lamp", "A lamp", {4'900, kEuro}, {500, 0, 0}}};
    ASSERT_EQ(run(catalogue.seed(std::move(products))), 2U);
    constexpr std::array kOwners{"alice", "alice2", "bob"};
    for (std::size_t i = 0; i < kOrders; ++i)
      place(store, fmt::format("order-{:03}", i), kOwners.at(i % kOwners.size()));
    ASSERT_EQ(run(sagas.claim({"orders-1/x", kNow + seconds{10}}, 5, kNow))->size(), 5U);
    const OrderChange cancel = [](Order& order, Saga& saga) -> Result<void> {
      auto requested = request_cancel(order, kNow);
      if (requested) reopen(saga, order, kNow);
      return requested;
    };
    ASSERT_TRUE(run(store.update("order-030", std::nullopt, 1, kNow, cancel)));
  }

  static std::vector<Tally> between(Collections& from, Collections& to, Effect effect) {
    std::vector<Tally> tallies;
    for (std::size_t i = 0; i < from.size(); ++i) {
      auto tally = run(data_copy::synchronise(*from[i], *to[i], {.effect = effect, .page = 10}));
      EXPECT_TRUE(tally) << from[i]->name() << ": " << tally.error().reason << ' ' << tally.error().detail;
      tallies.push_back(tally.value_or(Tally{}));
    }
    return tallies;
  }
  static std::vector<std::string> digests_of(const std::vector<Tally>& tallies) {
    std::vector<std::string> digests;
    for (const Tally& tally : tallies) digests.push_back(tally.digest);
    return digests;
  }
  static void expect_equal(Collections& from, Collections& to) {
    for (const Tally& tally : between(from, to, Effect::compare_only))
      EXPECT_TRUE(tally.is_equal()) << tally.first_difference;
  }

  Embedded embedded_;
  Collections on_postgres_;
};

TEST_F(OrdersCopy, ThereAndBackUnderOtherKeysEveryRecordIsTheSame) {
  fill(embedded_.catalogue, embedded_.store, embedded_.store);
  const auto there = between(embedded_.collections, on_postgres_, Effect::apply);
  EXPECT_EQ(there.at(1).records, kOrders);
  EXPECT_EQ(there.at(2).records, kOrders);
  EXPECT_EQ(there.at(3).records, kOrders + 1);
  expect_equal(embedded_.collections, on_postgres_);

  Embedded other;
  const auto back = between(on_postgres_, other.collections, Effect::apply);
  EXPECT_EQ(digests_of(there), digests_of(back));
  expect_equal(on_postgres_, other.collections);
  expect_equal(embedded_.collections, other.collections);
  for (const char* id : {"order-000", "order-001", "order-030"}) {
    const Order order = order_in(embedded_.store, id);
    EXPECT_EQ(order_in(platform().process(0).store, id), order);
    EXPECT_EQ(order_in(other.store, id), order);
  }
}

TEST_F(OrdersCopy, WhatIsDamagedMissingOrTooMuchIsFoundAndMended) {
  fill(embedded_.catalogue, embedded_.store, embedded_.store);
  between(embedded_.collections, on_postgres_, Effect::apply);
  sql("UPDATE products SET name = 'Another lamp' WHERE sku = 'lamp'");
  sql("UPDATE orders SET payment_method = data_key WHERE id = 'order-001'");
  sql("DELETE FROM sagas WHERE order_id = 'order-002'");
  sql("DELETE FROM idempotency_keys WHERE owner = 'bob'");
  sql("UPDATE outbox SET is_delivered = true WHERE position = 3");
  sql("UPDATE feed SET position = position + 1");
  const auto seen = between(embedded_.collections, on_postgres_, Effect::compare_only);
  EXPECT_EQ(seen.at(0).first_difference, "lamp");
  EXPECT_EQ(seen.at(1).written, 2U);
  EXPECT_EQ(seen.at(1).first_difference, "order-001");
  EXPECT_EQ(seen.at(2).written, kOrders / 3);
  EXPECT_EQ(seen.at(3).written, 1U);
  EXPECT_EQ(seen.at(4).written, 1U);
  between(embedded_.collections, on_postgres_, Effect::apply);
  expect_equal(embedded_.collections, on_postgres_);
}

TEST_F(OrdersCopy, ASecondRunCatchesUpAndRemovesWhatIsGone) {
  fill(embedded_.catalogue, embedded_.store, embedded_.store);
  between(embedded_.collections, on_postgres_, Effect::apply);
  place(embedded_.store, "order-later", "carol");
  place(platform().process(0).store, "order-elsewhere", "dave");
  sql(embedded_, "DELETE FROM outbox WHERE sequence <= 5");
  const auto tallies = between(embedded_.collections, on_postgres_, Effect::apply);
  EXPECT_EQ(tallies.at(1).removed, 1U);
  EXPECT_EQ(tallies.at(1).written, 1U);
  EXPECT_EQ(tallies.at(2).removed, 1U);
  EXPECT_GE(tallies.at(3).removed, 5U);
  expect_equal(embedded_.collections, on_postgres_);
  expect_equal(on_postgres_, embedded_.collections);
}

TEST_F(OrdersCopy, AnOrderOfTheSourceThatDoesNotOpenIsNotCopied) {
  fill(embedded_.catalogue, embedded_.store, embedded_.store);
  sql(embedded_, "UPDATE orders SET payment_method = data_key WHERE id = 'order-012'");
  const auto tally = run(data_copy::synchronise(*embedded_.collections[1], *on_postgres_[1], {.page = 10}));
  ASSERT_FALSE(tally);
  EXPECT_EQ(tally.error().reason, "record_unreadable");
  EXPECT_THAT(tally.error().detail, testing::HasSubstr("order-012"));
}

TEST_F(OrdersCopy, TheFeedGoesOnWhereItWasAlsoWhenItsEventsWerePurged) {
  fill(embedded_.catalogue, embedded_.store, embedded_.store);
  const std::int64_t end = run(embedded_.outbox.end()).value();
  sql(embedded_, "DELETE FROM outbox");
  between(embedded_.collections, on_postgres_, Effect::apply);
  PostgresProcess& postgres = platform().process(0);
  EXPECT_EQ(run(postgres.outbox.end()), end);
  place(postgres.store, "order-next", "alice");
  ASSERT_EQ(run(postgres.outbox.end()), end + 1);

  Embedded other;
  between(on_postgres_, other.collections, Effect::apply);
  EXPECT_EQ(run(other.outbox.end()), end + 1);
  place(other.store, "order-last", "alice");
  const auto news = run(other.outbox.after(end, 10)).value();
  ASSERT_EQ(news.size(), 2U);
  EXPECT_EQ(news.at(0).event.order_id, "order-next");
  EXPECT_EQ(news.at(1).event.order_id, "order-last");
}

TEST_F(OrdersCopy, EventsWithoutAPlaceGetThePlacesThatAReaderWouldGiveThem) {
  PostgresProcess& postgres = platform().process(0);
  fill(postgres.catalogue, postgres.store, postgres.store);  // nobody has read the feed
  between(on_postgres_, embedded_.collections, Effect::apply);
  const auto copied = run(embedded_.outbox.after(0, 100)).value();
  const auto read = run(postgres.outbox.after(0, 100)).value();
  ASSERT_EQ(copied.size(), kOrders + 1);
  ASSERT_EQ(read.size(), copied.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].position, copied[i].position);
    EXPECT_EQ(read[i].event, copied[i].event);
  }
  expect_equal(on_postgres_, embedded_.collections);
}

}  // namespace
}  // namespace gatehouse::orders
