// The client against a server that misbehaves in every way that DynamoDB's documentation names.
#include "storage/dynamodb/client.hpp"

#include <gtest/gtest.h>

#include "storage/dynamodb/fake_server.hpp"
#include "storage/dynamodb/table.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

using namespace std::chrono_literals;

// As the machine's, but wrong by so much.
class WrongClock final : public core::Clock {
 public:
  explicit WrongClock(std::chrono::seconds wrong_by) : wrong_by_(wrong_by) {}
  [[nodiscard]] core::SystemTime now() const override { return right_.now() + wrong_by_; }
  [[nodiscard]] core::SteadyTime steady_now() const override { return right_.steady_now(); }

 private:
  core::SystemClock right_;
  std::chrono::seconds wrong_by_;
};

// Gives the next of its keys each time it is asked.
class RotatingCredentials final : public CredentialSource {
 public:
  explicit RotatingCredentials(std::vector<std::string> ids) : ids_(std::move(ids)) {}
  [[nodiscard]] Awaitable<Result<Credentials>> load(Deadline /*deadline*/) override {
    const std::string id = ids_[std::min(asked_++, ids_.size() - 1)];
    co_return Credentials{
        .access_key_id = id, .secret_access_key = Secret("secret"), .session_token = {}, .expires_at = {}};
  }

 private:
  std::vector<std::string> ids_;
  std::size_t asked_ = 0;
};

struct DynamodbClient : testing::Test {
  DynamodbClient() { log::configure({.level = log::Level::off}); }

  Client& client_of(const FakeServer& server, std::vector<std::string> keys = {"AKID1"}) {
    ClientOptions options{.endpoint = {.host = "127.0.0.1", .port = server.port(), .tls = nullptr},
                          .host_header = "localhost",
                          .region = "eu-central-1",
                          .one_try = 200ms};
    options.bulkhead.calls_max = 4;
    options.retries = {.attempts_max = 4, .base = 1ms, .cap = 2ms};
    client = std::make_unique<Client>(
        http, std::move(options), std::make_unique<RotatingCredentials>(std::move(keys)), *clock, metrics);
    return *client;
  }
  template <class T>
  T run(Awaitable<T> task) {
    return runtime::run_to_end(io, std::move(task));
  }
  Result<json::object> call(Client& with, std::string operation = "GetItem") {
    return run(with.call(operation, {{"TableName", "t"}}, Deadline::after(5s)));
  }

  boost::asio::io_context io{1};
  std::unique_ptr<core::Clock> clock = std::make_unique<core::SystemClock>();
  Metrics metrics;
  http::Client http{io.get_executor(), {}};
  std::unique_ptr<Client> client;
};

http::Response nothing_found() {
  return json_answer(200, "{}");
}

TEST_F(DynamodbClient, SaysWhatItWantsAndSignsIt) {
  FakeServer server(io, one_after_the_other({nothing_found}));
  ASSERT_TRUE(call(client_of(server)));
  const Asked& asked = server.asked().at(0);
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.headers.get("X-Amz-Target"), "DynamoDB_20120810.GetItem");
  EXPECT_EQ(asked.headers.get("Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(asked.headers.get("Host"), "localhost");
  EXPECT_TRUE(
      asked.headers.get("Authorization").contains("SignedHeaders=content-type;host;x-amz-date;x-amz-target"))
      << asked.headers.get("Authorization");
  EXPECT_TRUE(asked.headers.get("Authorization").contains("/eu-central-1/dynamodb/aws4_request"));
}

TEST_F(DynamodbClient, TriesAgainWhatMayPass) {
  for (const std::string type :
       {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}) {
    FakeServer server(io, one_after_the_other({[&] { return error_answer(400, type); },
                                               [&] { return error_answer(400, type); }, nothing_found}));
    EXPECT_TRUE(call(client_of(server))) << type;
    EXPECT_EQ(server.asked().size(), 3U) << type;
  }
  FakeServer server(
      io, one_after_the_other({[] { return error_answer(500, "InternalServerError"); },
                               [] { return json_answer(503, "no JSON"); }, no_answer, nothing_found}));
  EXPECT_TRUE(call(client_of(server)));
  EXPECT_EQ(server.asked().size(), 4U);
}

TEST_F(DynamodbClient, GivesUpAfterItsTriesAndSaysWhetherItMayHaveHappened) {
  FakeServer full(io, one_after_the_other({[] { return error_answer(400, "ThrottlingException"); }}));
  const auto throttled = call(client_of(full), "PutItem");
  EXPECT_EQ(throttled.error().reason, "dynamodb_throttled");
  EXPECT_EQ(throttled.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(throttled.error().safe_to_retry);
  EXPECT_EQ(full.asked().size(), 4U);

  // A failure that may have had its effect is not forgotten over a later one that had none.
  FakeServer sick(io, one_after_the_other({[] { return error_answer(500, "InternalServerError"); },
                                           [] { return error_answer(400, "ThrottlingException"); }}));
  const auto unknown = call(client_of(sick), "PutItem");
  EXPECT_EQ(unknown.error().reason, "dynamodb_throttled");
  EXPECT_FALSE(unknown.error().safe_to_retry);
}

TEST_F(DynamodbClient, CountsItsTriesByWhatCameOfThem) {
  FakeServer server(
      io, one_after_the_other({[] { return error_answer(400, "ThrottlingException"); }, nothing_found}));
  ASSERT_TRUE(call(client_of(server)));
  const Metrics* shards[] = {&metrics};
  const std::string text = telemetry::render(shards);
  EXPECT_TRUE(text.contains(R"(dynamodb_tries_total{operation="GetItem",outcome="dynamodb_throttled"} 1)"))
      << text;
  EXPECT_TRUE(text.contains(R"(dynamodb_tries_total{operation="GetItem",outcome="ok"} 1)")) << text;
}

TEST_F(DynamodbClient, DoesNotRepeatWhatStaysWrong) {
  struct Case {
    std::string type;
    ErrorKind kind;
    std::string reason;
  };
  for (const Case& given :
       {Case{"ConditionalCheckFailedException", ErrorKind::conflict, "dynamodb_condition_failed"},
        Case{"ValidationException", ErrorKind::internal, "dynamodb_refused"},
        Case{"AccessDeniedException", ErrorKind::unavailable, "dynamodb_access_denied"},
        Case{"ResourceNotFoundException", ErrorKind::unavailable, "dynamodb_table_missing"}}) {
    FakeServer server(io, one_after_the_other({[&] { return error_answer(400, given.type); }}));
    const auto answer = call(client_of(server));
    EXPECT_EQ(answer.error().reason, given.reason);
    EXPECT_EQ(answer.error().kind, given.kind) << given.type;
    EXPECT_EQ(server.asked().size(), 1U) << given.type;
  }
}

TEST_F(DynamodbClient, AsksForNewCredentialsOnceWhenTheOldOnesAreRefused) {
  for (const std::string type : {"ExpiredTokenException", "UnrecognizedClientException"}) {
    FakeServer server(io, [&type](const Asked& asked) {
      return asked.headers.get("Authorization").contains("=NEW/") ? nothing_found() : error_answer(400, type);
    });
    EXPECT_TRUE(call(client_of(server, {"OLD", "NEW"}))) << type;
    EXPECT_EQ(server.asked().size(), 2U);
  }
}

TEST_F(DynamodbClient, WrongCredentialsAreNamedAfterTwoTries) {
  FakeServer server(io, one_after_the_other({[] {
                      return error_answer(400, "UnrecognizedClientException",
                                          "The security token included in the request is invalid.");
                    }}));
  const auto answer = call(client_of(server));
  EXPECT_EQ(answer.error().reason, "dynamodb_credentials_refused");
  EXPECT_TRUE(answer.error().detail.contains("security token")) << answer.error().detail;
  EXPECT_EQ(server.asked().size(), 2U);
}

// Judges the time of the signature as AWS does: five minutes either way.
http::Response judge_time(const Asked& asked) {
  const auto now = core::SystemClock().now();
  const std::string stamp(asked.headers.get("X-Amz-Date"));
  const bool is_fresh = stamp > amz_date(now - 5min) && stamp < amz_date(now + 5min);
  if (is_fresh) return nothing_found();
  return error_answer(400, "InvalidSignatureException",
                      stamp < amz_date(now)
                          ? "Signature expired: " + stamp + " is now earlier than …"
                          : "Signature not yet current: " + stamp + " is still later than …");
}

TEST_F(DynamodbClient, AClockWrongByTenMinutesIsCorrectedOnceFromTheServersDate) {
  for (const std::chrono::seconds wrong_by : {-600s, 600s}) {
    clock = std::make_unique<WrongClock>(wrong_by);
    FakeServer server(io, judge_time);
    Client& with = client_of(server);
    EXPECT_TRUE(call(with));
    EXPECT_EQ(server.asked().size(), 2U) << "one refused, one corrected";
    EXPECT_NEAR(static_cast<double>(with.skew().count()), static_cast<double>(-wrong_by.count()), 2);
    EXPECT_TRUE(call(with));
    EXPECT_EQ(server.asked().size(), 3U) << "from then on right at once";
    client.reset();
  }
}

TEST_F(DynamodbClient, AServerThatNeverLikesTheTimeIsNotAskedForEver) {
  FakeServer server(io, one_after_the_other({[] { return error_answer(400, "RequestTimeTooSkewed"); }}));
  EXPECT_EQ(call(client_of(server)).error().reason, "dynamodb_clock_skewed");
  EXPECT_EQ(server.asked().size(), 1U) << "the clocks agree: nothing to correct";
}

TEST_F(DynamodbClient, AnAnswerThatWasDamagedOnTheWayIsAskedForAgain) {
  const auto with_crc = [](std::string crc) {
    return [crc = std::move(crc)] {
      http::Response response = json_answer(200, "{\"Count\":1}");
      response.headers.add("x-amz-crc32", crc);
      return response;
    };
  };
  FakeServer server(
      io, one_after_the_other({with_crc("12345"), with_crc(std::to_string(crc32("{\"Count\":1}")))}));
  EXPECT_TRUE(call(client_of(server)));
  EXPECT_EQ(server.asked().size(), 2U);
  FakeServer broken(io, one_after_the_other({with_crc("12345")}));
  EXPECT_EQ(call(client_of(broken)).error().reason, "bad_dynamodb_answer");
}

TEST_F(DynamodbClient, AServerThatIsDownIsLeftAloneAfterAWhile) {
  FakeServer server(io, one_after_the_other({[] { return error_answer(500, "InternalServerError"); }}));
  Client& with = client_of(server);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(call(with));
  const std::size_t asked = server.asked().size();
  const auto answer = call(with);
  EXPECT_EQ(answer.error().reason, "circuit_open");
  EXPECT_EQ(answer.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(server.asked().size(), asked);
}

Awaitable<> ask(Client& with, std::vector<std::string>& outcomes) {
  auto answer = co_await with.call("GetItem", {}, Deadline::after(5s));
  outcomes.emplace_back(answer ? "ok" : answer.error().reason);
}

TEST_F(DynamodbClient, OnlySoManyCallsRunAtATime) {
  FakeServer server(io, one_after_the_other({nothing_found}));
  Client& with = client_of(server);
  std::vector<std::string> outcomes;
  runtime::TaskGroup tasks(io.get_executor());
  for (int i = 0; i < 6; ++i) tasks.spawn("ask", ask(with, outcomes));
  EXPECT_TRUE(run(tasks.join(Deadline::after(5s))));
  EXPECT_EQ(std::ranges::count(outcomes, "ok"), 4);
  EXPECT_EQ(std::ranges::count(outcomes, "bulkhead_full"), 2);
}

TEST_F(DynamodbClient, AQueryTurnsPagesUntilItHasEnough) {
  FakeServer server(io, [](const Asked& asked) {
    const auto request = json::parse(asked.content).as_object();
    const bool is_first = !request.contains("ExclusiveStartKey");
    return json_answer(200, is_first ? R"({"Items":[{"id":{"S":"a"}}],"LastEvaluatedKey":{"id":{"S":"a"}}})"
                                     : R"({"Items":[{"id":{"S":"b"}},{"id":{"S":"c"}}]})");
  });
  Table table(client_of(server), "table");
  Query query{.index = "i", .key = {.text = "#k = :k"}, .filter = {}, .limit = 2};
  const auto found = run(table.query(query, Deadline::after(5s)));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(1).at("id"), Value("b"));
  EXPECT_EQ(json::parse(server.asked().at(1).content).at("Limit").as_int64(), 1);
}

TEST_F(DynamodbClient, AQueryThatNeverEndsIsEnded) {
  FakeServer server(io, [](const Asked& /*asked*/) {
    return json_answer(200, R"({"Items":[],"Count":0,"LastEvaluatedKey":{"id":{"S":"a"}}})");
  });
  Table table(client_of(server), "table", {.pages_max = 3});
  Query query{.index = "i", .key = {.text = "#k = :k"}, .filter = "#f = :f"};
  EXPECT_EQ(run(table.query(query, Deadline::after(5s))).error().reason, "query_too_long");
  EXPECT_EQ(run(table.count(query, Deadline::after(5s))).error().reason, "query_too_long");
  EXPECT_EQ(server.asked().size(), 6U);
}

TEST_F(DynamodbClient, WhatABatchLeavesOverIsAskedForAgain) {
  FakeServer server(io, [](const Asked& asked) {
    const auto keys = json::parse(asked.content).at("RequestItems").at("table").at("Keys").as_array();
    json::object left;
    if (keys.size() > 1) left["table"] = json::object{{"Keys", json::array{keys[1]}}};
    return json_answer(
        200, json::serialize(json::object{{"Responses", json::object{{"table", json::array{keys[0]}}}},
                                          {"UnprocessedKeys", left}}));
  });
  Table table(client_of(server), "table");
  const auto found = run(table.get_all({{{"id", "a"}}, {{"id", "b"}}}, Deadline::after(5s)));
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(*found, (std::vector<Item>{{{"id", "a"}}, {{"id", "b"}}}));
}

TEST_F(DynamodbClient, AnItemThatIsTooLargeIsRefusedWithoutAskingTheServer) {
  FakeServer server(io, one_after_the_other({nothing_found}));
  Table table(client_of(server), "table", {.item_bytes_max = 1000});
  const Expression is_free{.text = "attribute_not_exists(#id)", .names = {{"#id", "id"}}};
  const auto put = run(table.put({{"id", Value(std::string(1000, 'x'))}}, is_free, Deadline::after(5s)));
  EXPECT_EQ(put.error().kind, ErrorKind::too_large);
  EXPECT_EQ(put.error().reason, "item_too_large");
  EXPECT_TRUE(server.asked().empty());
}

}  // namespace
}  // namespace gatehouse::storage::dynamodb
