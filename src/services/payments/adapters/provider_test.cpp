// What is read from the provider's answers, and how a sick provider is called.
#include <gtest/gtest.h>

#include "runtime/worker.hpp"
#include "services/payments/adapters/http_provider.hpp"
#include "services/payments/adapters/provider_reply.hpp"

namespace gatehouse::payments {
namespace {

const Currency kEur = Currency::from_code("EUR").value();

Instruction instruction(Operation operation, CaptureMode mode = CaptureMode::automatic) {
  return {.operation = operation,
          .provider_key = "pay_1-x-1",
          .amount = {1999, kEur},
          .capture_mode = mode,
          .charge_id = "ch_1",
          .payment_id = "pay_1",
          .reference = "ord_1",
          .payment_method = Secret("pm_card_visa"),
          .description = {}};
}

http::Reply reply(unsigned status, std::string content) {
  http::Reply made;
  made.status = status;
  made.content = std::move(content);
  return made;
}

constexpr const char* kCaptured =
    R"({"id":"ch_1","status":"captured","amount":1999,"amount_captured":1999,"currency":"EUR"})";
constexpr const char* kAuthorized =
    R"({"id":"ch_1","status":"authorized","amount":1999,"amount_captured":0,"currency":"EUR"})";
constexpr const char* kCanceled =
    R"({"id":"ch_1","status":"canceled","amount":1999,"currency":"EUR","new":[1]})";

TEST(ProviderReply, IsReadAsTheVerdictThatItIs) {
  struct Case {
    Operation operation;
    unsigned status;
    std::string content;
    std::string_view verdict;
  };
  using enum Operation;
  const std::string already =
      R"({"error":{"type":"invalid_request_error","code":"charge_already_captured"}})";
  for (const Case& c : {
           Case{charge, 200, kCaptured, "done"},
           Case{charge, 201, kCaptured, "done"},
           Case{charge, 200, kAuthorized, "lost"},  // not what was asked for
           Case{charge, 200, "<html>", "lost"},
           Case{charge, 200, R"({"id":"ch_1"})", "lost"},
           Case{charge, 200, R"({"id":"ch_1","status":"captured","amount":1.5,"currency":"EUR"})", "lost"},
           Case{charge, 204, "", "lost"},
           Case{charge, 302, "", "lost"},
           Case{charge, 402, R"({"error":{"code":"card_declined","decline_code":"insufficient_funds"}})",
                "declined"},
           Case{charge, 400, "nonsense", "declined"},
           Case{charge, 401, "", "not_sent"},
           Case{charge, 403, "", "not_sent"},
           Case{charge, 408, "", "lost"},
           Case{charge, 400, R"({"error":{"type":"idempotency_error"}})", "lost"},
           Case{capture, 200, kCaptured, "done"},
           Case{capture, 200, kAuthorized, "lost"},
           Case{capture, 400, already, "lost"},
           Case{cancel, 200, kCanceled, "done"},
           Case{refund, 200, R"({"id":"re_1","status":"succeeded","amount":500,"currency":"EUR"})", "done"},
           Case{refund, 200, R"({"id":"re_1","status":"failed","amount":500,"currency":"EUR"})", "declined"},
           Case{refund, 200, R"({"id":"re_1","status":"pending","amount":500,"currency":"EUR"})", "lost"},
       }) {
    const Outcome outcome = outcome_of(reply(c.status, c.content), instruction(c.operation));
    EXPECT_EQ(verdict_of(outcome), c.verdict) << name_of(c.operation) << " " << c.status << " " << c.content;
  }
  const Outcome declined =
      outcome_of(reply(402, R"({"error":{"code":"card_declined","decline_code":"insufficient_funds"}})"),
                 instruction(charge));
  EXPECT_EQ(std::get<Declined>(declined).code, "insufficient_funds");
  const Outcome partly = outcome_of(
      reply(200, R"({"id":"ch_1","status":"captured","amount":1999,"amount_captured":500,"currency":"EUR"})"),
      instruction(capture));
  EXPECT_EQ(std::get<Done>(partly).amount.minor, 500) << "what was captured, not what was authorized";
}

TEST(ProviderReply, ALookUpFindsWhatHappened) {
  struct Case {
    Operation operation;
    unsigned status;
    std::string content;
    std::size_t index;  // Done, Declined, Absent, Lost
  };
  using enum Operation;
  const auto list = [](std::string_view one) { return R"({"data":[)" + std::string(one) + "]}"; };
  for (const Case& c : {
           Case{charge, 200, list(kCaptured), 0},
           Case{charge, 200, list(R"({"id":"c","status":"declined","amount":1,"currency":"EUR"})"), 1},
           Case{charge, 200, list(""), 2},
           Case{charge, 404, "", 2},
           Case{charge, 200, "{}", 3},
           Case{charge, 500, "", 3},
           Case{capture, 200, kCaptured, 0},
           Case{capture, 200, kAuthorized, 2},
           Case{capture, 200, kCanceled, 1},
           Case{capture, 404, "", 3},  // a charge that we know cannot be missing
           Case{cancel, 200, kCanceled, 0},
           Case{cancel, 200, kAuthorized, 2},
           Case{cancel, 200, kCaptured, 1},
           Case{refund, 200, list(""), 2},
       }) {
    const Finding finding = finding_of(reply(c.status, c.content), instruction(c.operation));
    EXPECT_EQ(finding.index(), c.index) << name_of(c.operation) << " " << c.status << " " << c.content;
  }
}

// A provider that answers as it is told, try by try.
struct Script {
  std::vector<Result<http::Reply>> answers;
  std::vector<std::string> keys;

  static Result<http::Reply> error(std::string_view reason, bool safe) {
    Error made(ErrorKind::unavailable, reason, {}, Origin::upstream);
    made.safe_to_retry = safe;
    return std::unexpected(std::move(made));
  }
  ProviderCalls::Send send() {
    return [this](http::Request& request, CallContext /*context*/) { return next(request); };
  }
  Awaitable<Result<http::Reply>> next(http::Request& request) {
    keys.emplace_back(request.headers.get("Idempotency-Key"));
    if (keys.size() > answers.size()) co_return answers.back();
    co_return answers[keys.size() - 1];
  }
};

struct ProviderCallsTest : ::testing::Test {
  static ProviderCallLimits limits() {
    ProviderCallLimits made;
    made.retries.base = std::chrono::milliseconds{0};
    made.retries.cap = std::chrono::milliseconds{0};
    return made;
  }
  Outcome authorize() {
    ProviderCalls calls(script.send(), clock, metrics, "test", limits());
    HttpProvider provider("test", calls, Secret("sk_test"));
    return authorize(provider);
  }
  static Outcome authorize(HttpProvider& provider) {
    const CallContext context{Deadline::after(std::chrono::seconds{5}), TraceContext::start()};
    return runtime::run_to_end(provider.authorize(instruction(Operation::charge), context));
  }

  core::ManualClock clock;
  Metrics metrics;
  Script script;
};

TEST_F(ProviderCallsTest, ARetryCarriesTheSameKey) {
  script.answers = {Script::error("timeout", false), reply(500, ""), reply(200, kCaptured)};
  EXPECT_EQ(verdict_of(authorize()), "done");
  EXPECT_EQ(script.keys, (std::vector<std::string>(3, "pay_1-x-1")));
}

TEST_F(ProviderCallsTest, TriesThreeTimesAtMostAndThenDoesNotKnow) {
  script.answers = {reply(503, "")};
  EXPECT_EQ(verdict_of(authorize()), "lost");
  EXPECT_EQ(script.keys.size(), 3U);
}

TEST_F(ProviderCallsTest, OnlyWhatNeverLeftIsNotSent) {
  script.answers = {Script::error("connection_refused", true)};
  EXPECT_EQ(verdict_of(authorize()), "not_sent");

  script = Script{.answers = {Script::error("timeout", false), Script::error("connection_refused", true)},
                  .keys = {}};
  EXPECT_EQ(verdict_of(authorize()), "lost") << "one try may have arrived";
}

TEST_F(ProviderCallsTest, ADeclineIsNotRetried) {
  script.answers = {reply(402, "{}")};
  EXPECT_EQ(verdict_of(authorize()), "declined");
  EXPECT_EQ(script.keys.size(), 1U);
}

TEST_F(ProviderCallsTest, ARepeatedFailureIsFinal) {
  http::Reply replayed = reply(500, "");
  replayed.headers.add("Idempotent-Replayed", "true");
  script.answers = {reply(500, ""), replayed};
  const Outcome outcome = authorize();
  ASSERT_TRUE(std::holds_alternative<Lost>(outcome));
  EXPECT_TRUE(std::get<Lost>(outcome).is_final);
  EXPECT_EQ(script.keys.size(), 2U);
}

TEST_F(ProviderCallsTest, ABusyKeyIsWaitedForAndMayHaveHappened) {
  script.answers = {reply(409, "{}"), reply(200, kCaptured)};
  EXPECT_EQ(verdict_of(authorize()), "done");
  script = Script{.answers = {reply(409, "{}")}, .keys = {}};
  EXPECT_EQ(verdict_of(authorize()), "lost");
  script = Script{.answers = {reply(429, "{}")}, .keys = {}};
  EXPECT_EQ(verdict_of(authorize()), "not_sent");
}

TEST_F(ProviderCallsTest, AnOpenBreakerStopsNewPaymentsUntilItsTime) {
  script.answers = {reply(500, "")};
  ProviderCalls calls(script.send(), clock, metrics, "test", limits());
  HttpProvider provider("test", calls, Secret("sk_test"));
  for (int i = 0; i < 4; ++i) (void)authorize(provider);

  EXPECT_EQ(provider.accepts_new().error().reason, "provider_unavailable");
  const std::size_t asked = script.keys.size();
  EXPECT_EQ(verdict_of(authorize(provider)), "not_sent");
  EXPECT_EQ(script.keys.size(), asked) << "nobody is asked while it is open";

  clock.advance(std::chrono::seconds{70});
  EXPECT_TRUE(provider.accepts_new());
  script.answers = {reply(200, kCaptured)};
  script.keys.clear();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(verdict_of(authorize(provider)), "done");
}

}  // namespace
}  // namespace gatehouse::payments
