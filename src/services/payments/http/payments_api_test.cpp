// What clients see: bodies, statuses and headers, replays, and refusals.
#include "services/payments/http/payments_api_fixture.hpp"
#include "services/payments/usecases/resolve_unknown.hpp"

namespace gatehouse::payments {
namespace {

using namespace testing;  // the fixture's names

TEST_F(PaymentsApi, CreatesAPaymentAndShowsIt) {
  const TestReply created = post("/payments", kOrder, "key-0000-0000-0001");

  ASSERT_EQ(created.status, 201U) << created.content;
  const json::object payment = created.json().as_object();
  EXPECT_EQ(payment.at("status"), "captured");
  EXPECT_EQ(payment.at("amount"), 1999);
  EXPECT_EQ(payment.at("amount_captured"), 1999);
  EXPECT_EQ(payment.at("currency"), "EUR");
  EXPECT_EQ(payment.at("reference"), "ord_1");
  EXPECT_TRUE(payment.at("decline_code").is_null());
  EXPECT_FALSE(payment.contains("payment_method"));
  const std::string location(created.headers.get("Location"));
  EXPECT_EQ(location, "/payments/" + std::string(payment.at("id").as_string()));
  const TestReply shown = get(location);
  EXPECT_EQ(shown.status, 200U);
  EXPECT_EQ(shown.content, created.content);
  EXPECT_EQ(shown.headers.get("ETag"), created.headers.get("ETag"));
}

// The last listing of the reference architecture: these bodies, byte for byte.
TEST_F(PaymentsApi, RefusesAsTheReferenceDoes) {
  struct Case {
    std::string authorization;
    unsigned status;
    std::string_view body;
  };
  for (const std::string target : {"/payments", "/"}) {
    for (const Case& c : {Case{"", 401, R"({"error":"Unauthorized"})"},
                          Case{"Basic cGlhOnB3", 401, R"({"error":"Unauthorized"})"},
                          Case{"Bearer not-a-token", 403, R"({"error":"Invalid token"})"},
                          Case{"Bearer alice:customer", 403, R"({"error":"Insufficient permissions"})"},
                          Case{"Bearer sam:support,admin", 403, R"({"error":"Insufficient permissions"})"}}) {
      TestRequest request{.method = "POST", .target = target, .content = std::string(kOrder)};
      if (!c.authorization.empty()) request.headers.emplace_back("Authorization", c.authorization);
      const TestReply reply = send(std::move(request));
      EXPECT_EQ(reply.status, c.status) << target << " " << c.authorization;
      EXPECT_EQ(reply.content, c.body);
    }
  }
  EXPECT_TRUE(provider.statement().empty());
  EXPECT_EQ(post("/", kOrder, "key-0000-0000-0001").status, 201U);
}

TEST_F(PaymentsApi, ReplaysTheSameBytes) {
  const TestReply first = post("/payments", kOrder, "key-0000-0000-0001");
  const TestReply second = post("/payments", kOrder, "\"key-0000-0000-0001\"");
  const TestReply third = post(
      "/", R"({ "reference":"ord_1", "payment_method":"pm_card_visa", "currency":"EUR", "amount":1999 })",
      "key-0000-0000-0001");

  EXPECT_FALSE(first.headers.contains("Idempotent-Replayed"));
  for (const TestReply& again : {second, third}) {
    EXPECT_EQ(again.status, first.status);
    EXPECT_EQ(again.content, first.content);
    EXPECT_EQ(again.headers.get("Idempotent-Replayed"), "true");
    for (const auto* name : {"Content-Type", "Location", "ETag"}) {
      EXPECT_EQ(again.headers.get(name), first.headers.get(name)) << name;
    }
  }
  EXPECT_EQ(provider.statement().size(), 1U);
  EXPECT_EQ(post("/payments", kManualOrder, "key-0000-0000-0001").status, 422U);
  EXPECT_EQ(post("/payments", kOrder, "key-0000-0000-0001", "eve:payment").status, 201U)
      << "another principal's keys are others";
}

TEST_F(PaymentsApi, ADeclineIsAProblemThatIsReplayed) {
  provider.behave(Mood::declines);
  const TestReply first = post("/payments", kOrder, "key-0000-0000-0001");
  provider.recover();
  const TestReply second = post("/payments", kOrder, "key-0000-0000-0001");

  EXPECT_EQ(first.status, 402U);
  EXPECT_EQ(first.headers.get("Content-Type"), "application/problem+json");
  EXPECT_EQ(first.json().at("code"), "card_declined");
  EXPECT_EQ(first.json().at("decline_code"), "card_declined");
  EXPECT_EQ(second.content, first.content);
  const std::string id(first.json().at("payment_id").as_string());
  EXPECT_EQ(get("/payments/" + id).json().at("status"), "declined");
}

TEST_F(PaymentsApi, AnUnknownOutcomeIsAcceptedAndToldLater) {
  provider.behave(Mood::loses_after_effect);
  provider.lose_look_ups();
  const TestReply first = post("/payments", kOrder, "key-0000-0000-0001");
  EXPECT_EQ(first.status, 202U);
  EXPECT_EQ(first.json().at("status"), "unknown");
  EXPECT_EQ(first.headers.get("Retry-After"), "1");

  provider.recover();
  clock.advance(std::chrono::seconds{5});
  const auto due = runtime::run_to_end(io, store.due(clock.now(), 10)).value();
  for (const Payment& payment : due)
    ASSERT_TRUE(runtime::run_to_end(io, ResolveUnknown(around).run(payment)));

  EXPECT_EQ(get(std::string(first.headers.get("Location"))).json().at("status"), "captured");
  const TestReply last = post("/payments", kOrder, "key-0000-0000-0001");
  EXPECT_EQ(last.status, 201U);
  EXPECT_EQ(last.headers.get("Idempotent-Replayed"), "true");
  EXPECT_EQ(provider.statement().size(), 1U);
}

TEST_F(PaymentsApi, RefusesBadBodiesWithTheirPath) {
  struct Case {
    std::string_view body;
    unsigned status;
    std::string_view detail;
  };
  for (const Case& c : {
           Case{R"({})", 400, "amount: is required"},
           Case{R"({"amount":0,"currency":"EUR","payment_method":"pm_x","reference":"r"})", 400, "amount"},
           Case{R"({"amount":-5,"currency":"EUR","payment_method":"pm_x","reference":"r"})", 400, "amount"},
           Case{R"({"amount":19.99,"currency":"EUR","payment_method":"pm_x","reference":"r"})", 400,
                "integer"},
           Case{R"({"amount":1000000000000,"currency":"EUR","payment_method":"pm_x","reference":"r"})", 400,
                "amount"},
           Case{R"({"amount":5,"currency":"eur","payment_method":"pm_x","reference":"r"})", 400, "ISO 4217"},
           Case{R"({"amount":5,"currency":"EUR","payment_method":"4242424242424242","reference":"r"})", 400,
                "token"},
           Case{R"({"amount":5,"currency":"EUR","payment_method":"4242-4242-4242-4242","reference":"r"})",
                400, "token"},
           Case{R"({"amount":5,"currency":"EUR","payment_method":"pm_x","reference":"r","capture":"later"})",
                400, "capture"},
           Case{R"({"amount":5,"currency":"EUR","payment_method":"pm_x","reference":"r","cvc":"123"})", 400,
                "cvc"},
           Case{R"({"amount":5,"amount":6})", 400, ""},
           Case{R"([1])", 400, ""},
       }) {
    const TestReply reply = post("/payments", c.body, "key-0000-0000-0001");
    EXPECT_EQ(reply.status, c.status) << c.body;
    EXPECT_NE(reply.content.find(c.detail), std::string::npos) << reply.content;
    EXPECT_EQ(reply.content.find("4242"), std::string::npos);
  }
  EXPECT_EQ(provider.statement().size(), 0U);
  EXPECT_EQ(post("/payments", kOrder, "key-0000-0000-0001").status, 201U)
      << "a refused request uses no key up";
}

TEST_F(PaymentsApi, RefusesBadKeys) {
  for (const std::string key :
       {"", "short", "with a space in the middle", "\"unterminated-000000", "\"quote\"inside-0000000\""}) {
    EXPECT_EQ(post("/payments", kOrder, key).status, 400U) << key;
  }
  EXPECT_EQ(post("/payments", kOrder, std::string(256, 'k')).status, 400U);
  EXPECT_EQ(post("/payments", kOrder, std::string(255, 'k')).status, 201U);
}

TEST_F(PaymentsApi, CapturesRefundsAndListsRefunds) {
  const std::string payment = "/payments/" + paid(kManualOrder);
  EXPECT_EQ(get(payment).json().at("status"), "authorized");
  EXPECT_EQ(post(payment + "/refunds", "{}", "key-0000-0000-0002").status, 409U);

  const TestReply captured = post(payment + "/capture", "", "key-0000-0000-0003");
  EXPECT_EQ(captured.status, 200U) << captured.content;
  EXPECT_EQ(captured.json().at("status"), "captured");
  EXPECT_EQ(post(payment + "/capture", "{}", "key-0000-0000-0003").content, captured.content);
  EXPECT_EQ(post(payment + "/capture", "", "key-0000-0000-0004").status, 409U);
  EXPECT_EQ(post(payment + "/cancel", "", "key-0000-0000-0005").status, 409U);

  const TestReply refunded =
      post(payment + "/refunds", R"({"amount":999,"reason":"a hole"})", "key-0000-0000-0006");
  EXPECT_EQ(refunded.status, 201U) << refunded.content;
  EXPECT_EQ(refunded.json().at("status"), "succeeded");
  EXPECT_EQ(refunded.json().at("amount"), 999);
  EXPECT_EQ(post(payment + "/refunds", R"({"amount":1001})", "key-0000-0000-0007").status, 422U);
  EXPECT_EQ(post(payment + "/refunds", "", "key-0000-0000-0008").json().at("amount"), 1000);
  EXPECT_EQ(get(payment).json().at("status"), "refunded");
  EXPECT_EQ(get(payment + "/refunds").json().at("data").as_array().size(), 2U);
}

TEST_F(PaymentsApi, CancelsWhatIsOnlyReserved) {
  const std::string payment = "/payments/" + paid(kManualOrder);
  EXPECT_EQ(post(payment + "/cancel", "", "key-0000-0000-0002").json().at("status"), "canceled");
  EXPECT_EQ(provider.net(payment.substr(10)), 0);
}

TEST_F(PaymentsApi, ListsPageByPage) {
  for (int i = 0; i < 5; ++i) {
    clock.advance(std::chrono::milliseconds{1});
    (void)paid();
  }
  std::set<std::string> seen;
  std::string target = "/payments?reference=ord_1&limit=2";
  for (int pages = 0; pages < 3; ++pages) {
    const json::value page = get(target).json();
    for (const json::value& payment : page.at("data").as_array()) {
      EXPECT_TRUE(seen.insert(std::string(payment.at("id").as_string())).second);
    }
    if (!page.at("has_more").as_bool()) break;
    const std::string cursor(page.at("next_cursor").as_string());
    EXPECT_EQ(get("/payments?limit=2&cursor=" + cursor).status, 400U) << "a cursor belongs to its list";
    target = "/payments?reference=ord_1&limit=2&cursor=" + cursor;
  }
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_EQ(get("/payments?reference=ord_2").json().at("data").as_array().size(), 0U);
  for (const std::string bad :
       {"limit=0", "limit=101", "limit=x", "cursor=%00", "cursor=AAAA", "limit=1&limit=2"}) {
    EXPECT_EQ(get("/payments?" + bad).status, 400U) << bad;
  }
}

TEST_F(PaymentsApi, AnswersWhileTheProviderIsDown) {
  provider.behave(Mood::is_down);
  const TestReply reply = post("/payments", kOrder, "key-0000-0000-0001");
  EXPECT_EQ(reply.status, 503U);
  EXPECT_EQ(reply.json().at("code"), "provider_unavailable");
  EXPECT_TRUE(reply.headers.contains("Retry-After"));
  EXPECT_EQ(reply.content.find("breaker"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::payments
