// The client against a real server of the protocol, over mutual TLS: what works, and each bad day's one clear
// word.
#include <gtest/gtest.h>

#include "runtime/worker.hpp"
#include "storage/dynamodb/options.hpp"
#include "storage/dynamodb/test_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

using namespace std::chrono_literals;
using Shows = TestServer::Shows;

TableShape orders_shape() {
  return {.hash = {"id"},
          .indexes = {{.name = "by_owner",
                       .hash = {"owner"},
                       .range = {"at", AttributeType::number},
                       .included = {"status"}}}};
}

struct RealServer : testing::Test {
  void SetUp() override {
    log::configure({.level = log::Level::off});
    if (const std::string missing = TestServer::missing(); !missing.empty()) GTEST_SKIP() << missing;
  }

  // As a role that shows its certificate and trusts the test's authority.
  Client& client_of(const TestServer& server) {
    Options options;
    options.endpoint = Endpoint::parse(server.endpoint()).value();
    options.tls = {.certificate = server.certificates().client.certificate.string(),
                   .key = server.certificates().client.key.string(),
                   .ca = server.certificates().ca.string()};
    return client_with(options);
  }
  Client& client_with(Options options) {
    options.region = "eu-central-1";
    ClientOptions how = options.client().value();
    how.retries = {.attempts_max = 2, .base = 1ms, .cap = 2ms};
    Credentials credentials{.access_key_id = "AKIDEXAMPLE",
                            .secret_access_key = Secret("secret"),
                            .session_token = {},
                            .expires_at = {}};
    client = std::make_unique<Client>(
        http, std::move(how), std::make_unique<FixedCredentials>(std::move(credentials)), clock, metrics);
    return *client;
  }
  template <class T>
  T run(Awaitable<T> task) {
    return runtime::run_to_end(io, std::move(task));
  }
  Result<void> make(Table& table, TableShape shape = orders_shape()) {
    return run(prepare(table, std::move(shape), WhenMissing::create, Deadline::after(20s)));
  }

  boost::asio::io_context io{1};
  core::SystemClock clock;
  Metrics metrics;
  http::Client http{io.get_executor(), {}};
  std::unique_ptr<Client> client;
};

Item order(std::string id, std::int64_t at) {
  return {{"id", Value(std::move(id))},
          {"owner", "ann"},
          {"at", Value(at)},
          {"status", "open"},
          {"note", "not in the index"}};
}
const Expression kIsFree{.text = "attribute_not_exists(#id)", .names = {{"#id", "id"}}};

TEST_F(RealServer, KeepsItemsUnderConditionsAndThroughARestart) {
  TestServer server;
  Table table(client_of(server), "orders");
  ASSERT_TRUE(make(table));
  EXPECT_TRUE(make(table)) << "a table that is there is fine";

  ASSERT_TRUE(run(table.put(order("o1", 1), kIsFree, Deadline::after(5s))));
  EXPECT_EQ(run(table.put(order("o1", 2), kIsFree, Deadline::after(5s))).error().reason,
            "dynamodb_condition_failed");
  Expression was_open{
      .text = "#s = :open", .names = {{"#s", "status"}}, .values = {{":open", "open"}, {":done", "done"}}};
  ASSERT_TRUE(run(table.update({{"id", "o1"}}, "SET #s = :done", was_open, 100, Deadline::after(5s))));
  EXPECT_EQ(
      run(table.update({{"id", "o1"}}, "SET #s = :done", was_open, 100, Deadline::after(5s))).error().kind,
      ErrorKind::conflict);
  server.restart();

  const auto found = run(table.get({{"id", "o1"}}, Deadline::after(5s)));
  ASSERT_TRUE(found && *found) << (found ? "" : found.error().detail);
  Item expected = order("o1", 1);
  expected.insert_or_assign("status", Value("done"));
  EXPECT_EQ(**found, expected);
  EXPECT_FALSE(*run(table.get({{"id", "o2"}}, Deadline::after(5s))));
}

TEST_F(RealServer, TurnsThePagesOfAnIndexInItsOrder) {
  TestServer server;
  Table table(client_of(server), "orders");
  ASSERT_TRUE(make(table));
  // A page of the server ends at one megabyte, read before the filter.
  for (std::int64_t i = 0; i < 12; ++i) {
    Item item = order("o" + std::to_string(10 + i), i);
    item.insert_or_assign("status", Value(std::string(150'000, i % 4 == 0 ? 'x' : 'y')));
    ASSERT_TRUE(run(table.put(std::move(item), kIsFree, Deadline::after(5s))));
  }
  Query query{.index = "by_owner",
              .key = {.text = "#o = :ann",
                      .names = {{"#o", "owner"}, {"#s", "status"}},
                      .values = {{":ann", "ann"}, {":x", "x"}}},
              .filter = "begins_with(#s, :x)",
              .order = Query::Order::descending,
              .limit = 10};
  const auto found = run(table.query(query, Deadline::after(5s)));
  ASSERT_TRUE(found) << found.error().detail;
  ASSERT_EQ(found->size(), 3U);
  EXPECT_EQ(found->at(0).at("at").integer(), 8);
  EXPECT_EQ(found->at(2).at("at").integer(), 0);
  EXPECT_FALSE(found->at(0).contains("note")) << "the index has only what it includes";
  EXPECT_EQ(run(table.count(query, Deadline::after(5s))), 3);
}

TEST_F(RealServer, ATableOfAnotherShapeIsRefusedWithWhatDiffers) {
  TestServer server;
  Table table(client_of(server), "orders");
  ASSERT_TRUE(make(table));
  TableShape other_key = orders_shape();
  other_key.hash = {"number", AttributeType::number};
  TableShape other_index = orders_shape();
  other_index.indexes[0].range = {"at"};
  TableShape other_content = orders_shape();
  other_content.indexes[0].included = {"status", "note"};
  TableShape one_more = orders_shape();
  one_more.indexes.push_back({.name = "due", .hash = {"shard"}, .range = {"at"}, .included = {}});
  for (const auto& [shape, what] : std::vector<std::pair<TableShape, std::string>>{
           {other_key, "the key is (id:S), not (number:N)"},
           {other_index, "index by_owner has the key (owner:S, at:N), not (owner:S, at:S)"},
           {other_content, "index by_owner does not include note"},
           {one_more, "there is no index due"}}) {
    const auto made = make(table, shape);
    ASSERT_FALSE(made) << what;
    EXPECT_EQ(made.error().reason, "dynamodb_table_differs");
    EXPECT_EQ(made.error().detail, "table orders: " + what);
  }
}

TEST_F(RealServer, AMissingTableIsNotMadeUnlessThatIsWanted) {
  TestServer server;
  Table table(client_of(server), "orders");
  const auto looked = run(prepare(table, orders_shape(), WhenMissing::refuse, Deadline::after(5s)));
  EXPECT_EQ(looked.error().reason, "dynamodb_table_missing");
  EXPECT_EQ(looked.error().kind, ErrorKind::unavailable);
}

TEST_F(RealServer, OneThatIsDownIsSaidToBeAndWorksOnceItIsUp) {
  TestServer server;
  Table table(client_of(server), "orders");
  server.kill();
  const auto looked = make(table);
  EXPECT_EQ(looked.error().reason, "connect_failed");
  EXPECT_EQ(looked.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(looked.error().safe_to_retry);
  server.launch();
  EXPECT_TRUE(make(table));
}

TEST_F(RealServer, OneThatHangsCostsNoMoreThanTheDeadline) {
  TestServer server;
  Table table(client_of(server), "orders");
  ASSERT_TRUE(make(table));
  server.pause();
  const auto started = clock.steady_now();
  const auto found = run(table.get({{"id", "o1"}}, Deadline::after(300ms)));
  EXPECT_EQ(found.error().kind, ErrorKind::timeout) << found.error().reason;
  EXPECT_LT(clock.steady_now() - started, 2s);
  server.resume();
  EXPECT_TRUE(run(table.get({{"id", "o1"}}, Deadline::after(5s))));
}

TEST_F(RealServer, ACertificateOutOfItsTimeOrOfAnotherHostIsRefusedByName) {
  for (const auto& [shows, word] : std::vector<std::pair<Shows, std::string>>{
           {Shows::expired, "expired"}, {Shows::of_another, "mismatch"}}) {
    TestServer server(shows);
    Table table(client_of(server), "orders");
    const auto made = make(table);
    ASSERT_FALSE(made) << word;
    EXPECT_EQ(made.error().reason, "tls_handshake_failed");
    EXPECT_TRUE(made.error().detail.contains(word)) << made.error().detail;
  }
}

TEST_F(RealServer, AClientWithoutACertificateIsTurnedAway) {
  TestServer server;
  Options options;
  options.endpoint = Endpoint::parse(server.endpoint()).value();
  options.tls.ca = server.certificates().ca.string();
  Table table(client_with(options), "orders");
  EXPECT_FALSE(make(table));
}

}  // namespace
}  // namespace gatehouse::storage::dynamodb
