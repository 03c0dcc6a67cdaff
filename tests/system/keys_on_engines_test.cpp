// Keys on the engines of production: rotated while the platform serves and its roles die, dropped only when
// no row needs them; and a person who was erased stays so when an older copy of the people is restored.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "runtime/worker.hpp"
#include "services/auth/adapters/mongo_documents.hpp"
#include "services/auth/adapters/person_row.hpp"
#include "services/orders/adapters/order_keys.hpp"
#include "services/payments/adapters/dynamodb_fixture.hpp"
#include "services/payments/adapters/sealed_fields.hpp"
#include "storage/dynamodb/wrapped_items.hpp"
#include "storage/mongo/subject_key_collection.hpp"
#include "storage/mongo/wrapped_rows.hpp"
#include "tests/harness/production_engines.hpp"

namespace gatehouse::tests {
namespace {

using std::chrono::seconds;
namespace mongo = storage::mongo;

constexpr std::array kRoles{"orders", "payments", "auth", "auth-server", "gateway"};
constexpr int kOrders = 3'000;
constexpr int kPayments = 300;
constexpr int kPeople = 300;

class KeysOnEngines : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (const std::string missing = ProductionEngines::missing(); !missing.empty())
      GTEST_SKIP() << "SKIPPED: missing " << missing;
    engines_ = std::make_unique<ProductionEngines>();
    platform_ = std::make_unique<RunningPlatform>(engines_->platform());
  }
  static void TearDownTestSuite() {
    platform_.reset();
    engines_.reset();
  }

  static crypto::KeyRing ring_of(const std::string& role) {
    return crypto::KeyRing::from_json_file(platform_->layout().secrets_dir(role) / "field_keys.json").value();
  }
  static crypto::Envelope envelope_of(const std::string& role) {
    return crypto::Envelope(std::make_shared<const crypto::KeyRing>(ring_of(role)));
  }
  template <class T>
  T get(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  // Where both instances of a role have died, the others hear of their successors a little later.
  static void buy() {
    Outcome purchase;
    const bool is_bought = eventually(seconds{60}, [&purchase] {
      purchase = platform_->gatehouse({"demo"}, seconds{60});
      return purchase.code == 0;
    });
    ASSERT_TRUE(is_bought) << purchase.output << platform_->complaints();
  }
  // One role's line of `gatehouse keys status`.
  static std::string line_of(const std::string& role, const std::string& ring = "fields") {
    const Outcome status = platform_->gatehouse({"keys", "status", role});
    for (const std::string_view line : core::split(status.output, '\n')) {
      if (line.find(" " + ring + " ") != std::string_view::npos) return std::string(line);
    }
    return status.output;
  }
  static bool is_done(const std::string& role, const std::string& ring = "fields") {
    return eventually(seconds{60}, [&] { return line_of(role, ring).ends_with("done"); });
  }
  static void kill_both(const std::string& role) {
    (void)platform_->kill_instance(role + "-1");
    (void)platform_->kill_instance(role + "-2");
  }

  // Rows with keys of the ring's current version, and one of the orders whose key is damaged.
  static void add_orders() {
    const auto envelope = envelope_of("orders");
    std::vector<std::string> values;
    for (int i = 0; i < kOrders; ++i) {
      const std::string id = fmt::format("seeded-{:05}", i);
      std::string wrapped = envelope.create(orders::name_of_order_key(id))->second;
      if (i == kOrders / 2) wrapped.back() = static_cast<char>(wrapped.back() ^ 1);
      values.push_back(fmt::format("('{}','nobody','cancelled','[]',1,'EUR','\\x{}','','returned',1,1,1)", id,
                                   core::to_hex(wrapped)));
    }
    engines_->postgres().run(
        fmt::format(
            "INSERT INTO orders (id, owner, status, lines, total, currency, data_key, payment_method, "
            "holding, created_at, updated_at, version) VALUES {}",
            fmt::join(values, ",")),
        "orders");
  }
  void add_payments() {
    for (int i = 0; i < kPayments; ++i) {
      const std::string id = fmt::format("seeded-{:05}", i);
      auto wrapped = payments_.envelope.create(payments::name_of_payment_key(id))->second;
      storage::dynamodb::Item item{{"id", id},
                                   {"data_key", storage::dynamodb::Value::Bytes{std::move(wrapped)}}};
      const storage::dynamodb::Expression is_new{.text = "attribute_not_exists(#id)",
                                                 .names = {{"#id", "id"}}};
      get(payments_.table.put(std::move(item), is_new, Deadline::after(seconds{10}))).value();
    }
  }
  void add_people() {
    const auto envelope = envelope_of("auth");
    mongo::SubjectKeyCollection keys(*keys_client_);
    for (int i = 0; i < kPeople; ++i) {
      const std::string subject = fmt::format("seeded/{:05}", i);
      keys.add(subject, envelope.create(auth::record_name_of(subject))->second).value();
    }
  }

  static std::unique_ptr<ProductionEngines> engines_;
  static std::unique_ptr<RunningPlatform> platform_;

  boost::asio::io_context io_{1};
  payments::testing::DynamodbStore payments_{
      io_, payments::testing::dynamodb_options(engines_->dynamodb(), "payments"), envelope_of("payments")};
  std::unique_ptr<mongo::Client> keys_client_ =
      mongo::Client::open(engines_->mongodb().options("auth_keys")).value();
  std::unique_ptr<mongo::Client> people_client_ =
      mongo::Client::open(engines_->mongodb().options("auth")).value();
};

std::unique_ptr<ProductionEngines> KeysOnEngines::engines_;
std::unique_ptr<RunningPlatform> KeysOnEngines::platform_;

TEST_F(KeysOnEngines, AreRotatedWhileRolesServeAndDieAndDroppedWhenNoRowNeedsThem) {
  buy();
  add_orders();
  add_payments();
  add_people();
  for (const char* role : kRoles) {
    const Outcome rotated = platform_->gatehouse({"keys", "rotate", role});
    ASSERT_EQ(rotated.code, 0) << rotated.output << platform_->complaints();
    kill_both(role);
  }
  const Outcome index = platform_->gatehouse({"keys", "rotate", "auth", "--index"});
  ASSERT_EQ(index.code, 0) << index.output;
  ASSERT_TRUE(platform_->wait_until_ready(seconds{60}));
  buy();

  EXPECT_TRUE(is_done("payments")) << line_of("payments") << platform_->complaints();
  EXPECT_TRUE(is_done("auth")) << line_of("auth") << platform_->complaints();
  EXPECT_TRUE(is_done("auth-server")) << line_of("auth-server") << platform_->complaints();
  EXPECT_TRUE(is_done("gateway")) << line_of("gateway") << platform_->complaints();
  EXPECT_TRUE(is_done("auth", "index")) << line_of("auth", "index") << platform_->complaints();
  storage::dynamodb::WrappedItems items(payments_.table, "id", "data_key");
  const auto payments = get(items.count()).value();
  EXPECT_EQ(payments.size(), 1U);
  EXPECT_GT(payments.at(2), std::uint64_t{kPayments});
  mongo::MongoWrappedRows people(*keys_client_, std::string(mongo::kSubjectKeyCollection));
  const auto subjects = get(people.count()).value();
  EXPECT_EQ(subjects.size(), 1U);
  EXPECT_GT(subjects.at(2), std::uint64_t{kPeople});

  EXPECT_TRUE(eventually(seconds{60}, [&] { return line_of("orders").ends_with("1 to go"); }))
      << line_of("orders") << " (one cannot be read)";
  const Outcome refused = platform_->gatehouse({"keys", "retire", "orders"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.output.find("1 rows remain"), std::string::npos) << refused.output;
  EXPECT_EQ(ring_of("orders").versions(), (std::vector<std::uint32_t>{1, 2}));
  engines_->postgres().run(fmt::format("DELETE FROM orders WHERE id = 'seeded-{:05}'", kOrders / 2),
                           "orders");
  kill_both("orders");  // what starts counts
  EXPECT_TRUE(is_done("orders")) << line_of("orders") << platform_->complaints();

  for (const char* role : kRoles) {
    const Outcome retired = platform_->gatehouse({"keys", "retire", role});
    EXPECT_EQ(retired.code, 0) << retired.output;
    EXPECT_EQ(ring_of(role).versions(), std::vector<std::uint32_t>{2}) << role << retired.output;
  }
  EXPECT_EQ(platform_->gatehouse({"keys", "retire", "auth", "--index"}).code, 0);
  ASSERT_TRUE(platform_->wait_until_ready(seconds{60}));
  buy();
}

TEST_F(KeysOnEngines, ErasedPeopleStaySoWhenAnOlderCopyOfThePeopleIsRestored) {
  const std::string bob(platform_->sign_in("bob").value().access.reveal());
  const auto gateway = platform_->through_https();
  const auto ask = [&gateway](const char* method, std::string target, const std::string& bearer,
                              std::string_view etag = {}) {
    http::Request request = demo::get(std::move(target), bearer);
    request.method = method;
    if (!etag.empty()) request.headers.set("If-Match", etag);
    return gateway->send(std::move(request)).value();
  };
  const auto exported = ask("GET", "/users/me/export", bob);
  ASSERT_EQ(exported.status, 200U) << exported.content;
  EXPECT_NE(exported.content.find("bob@example.com"), std::string::npos);
  const auto person = ask("GET", "/users/me", bob);
  const std::string id(core::parse_json_object(person.content).value().at("id").as_string());
  auto read = [](mongo::Session& session) {
    const mongo::Page all{.sort = {{"_id", 1}}, .limit = 1'000};
    return session.find(auth::kPersonCollection, {{"username", "bob"}}, all);
  };
  const auto backup = get(people_client_->run(read)).value();
  ASSERT_EQ(backup.size(), 1U);
  const auto erased = ask("DELETE", "/users/me", bob, person.headers.get("ETag"));
  ASSERT_EQ(erased.status, 204U) << erased.content;
  ASSERT_TRUE(get(people_client_->run(read)).value().empty());

  auto restore = [&backup](mongo::Session& session) {
    return session.insert(auth::kPersonCollection, backup.front());
  };
  ASSERT_TRUE(get(people_client_->run(restore)));

  const std::string admin(platform_->sign_in("admin").value().access.reveal());
  EXPECT_EQ(ask("GET", "/users/" + id, admin).status, 404U);
  EXPECT_EQ(ask("GET", "/users/" + id + "/export", admin).status, 404U);
  EXPECT_EQ(ask("GET", "/users", admin).status, 200U);
  EXPECT_FALSE(platform_->sign_in("bob"));
  ASSERT_TRUE(platform_->kill_instance("auth-1"));
  EXPECT_TRUE(eventually(seconds{60}, [&] { return get(people_client_->run(read)).value().empty(); }))
      << "the next start removes the row" << platform_->complaints();
}

}  // namespace
}  // namespace gatehouse::tests
