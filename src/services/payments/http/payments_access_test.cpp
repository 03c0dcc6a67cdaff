// Who may do what: every route, every kind of caller, own and other's and missing objects.
#include "services/payments/http/payments_api_fixture.hpp"

namespace gatehouse::payments {
namespace {

using namespace testing;  // the fixture's names

enum class Object { own, others, missing };  // as the orders role sees it

struct Caller {
  std::string name;
  std::string certificate;
  std::string bearer;
  bool may_own;
  bool may_any;
};

const std::vector<Caller> kCallers{
    {"role payment", "gateway", "pia:payment", true, true},
    {"orders for itself", "orders", "", true, false},
    {"customer", "gateway", "alice:customer", false, false},
    {"support", "gateway", "sam:support", false, false},
    {"admin", "gateway", "root:admin", false, false},
    {"no roles", "gateway", "eve:", false, false},
    {"nobody", "gateway", "", false, false},
    {"a forged token", "gateway", "forged", false, false},
    {"no certificate", "", "pia:payment", false, false},
    {"another role's certificate", "auth", "pia:payment", false, false},
    {"a role that may not speak for itself", "auth-server", "", false, false},
};

struct PaymentsAccess : PaymentsApi {
  std::string key() { return "key-of-the-matrix-" + std::to_string(++number); }
  std::string make(Object object) {
    if (object == Object::missing) return "pay_00000000000000000000000000000000";
    TestRequest request{
        .method = "POST", .target = "/payments", .caller = "orders", .content = std::string(kManualOrder)};
    if (object == Object::others) {
      request.caller = "gateway";
      request.bearer = "pia:payment";
    }
    request.headers.emplace_back("Idempotency-Key", key());
    return std::string(send(std::move(request)).json().at("id").as_string());
  }
  unsigned try_it(const service::RoutePolicy& route, const Caller& caller, Object object) {
    const auto at = route.path.find("{id}");
    std::string target(route.path);
    if (at != std::string::npos) target.replace(at, 4, make(object));
    TestRequest request{.method = std::string(route.method),
                        .target = target,
                        .caller = caller.certificate,
                        .bearer = caller.bearer};
    if (route.method == "POST") {
      request.content = at == std::string::npos ? std::string(kOrder) : "{}";
      request.headers.emplace_back("Idempotency-Key", key());
    }
    return send(std::move(request)).status;
  }
  static void expect(unsigned status, const Caller& caller, Object object) {
    if (!caller.may_own) {
      EXPECT_TRUE(status == 401 || status == 403) << status;
    } else if (object == Object::missing || (object == Object::others && !caller.may_any)) {
      EXPECT_EQ(status, 404U);
    } else {
      // A refund of a payment that is only reserved is a conflict: the caller got as far as the rules.
      EXPECT_TRUE(status < 300 || status == 409) << status;
    }
  }
  int number = 0;
};

TEST_F(PaymentsAccess, IsWhatThePolicySays) {
  for (const service::RoutePolicy& route : router.policy().routes) {
    const bool names_object = route.path.find("{id}") != std::string_view::npos;
    for (const Caller& caller : kCallers) {
      for (const Object object : {Object::own, Object::others, Object::missing}) {
        if (!names_object && object != Object::own) continue;
        SCOPED_TRACE(caller.name + ": " + std::string(route.method) + " " + std::string(route.path) +
                     " object " + std::to_string(static_cast<int>(object)));
        expect(try_it(route, caller, object), caller, object);
      }
    }
  }
}

TEST(PaymentsDescription, NamesTheRoutesOfThePolicyAndNoOthers) {
  std::set<std::string> served;
  for (const service::RoutePolicy& route : policy().routes) {
    served.insert(std::string(route.method) + " " + std::string(route.path));
  }
  std::set<std::string> described;
  for (const auto& [route, statuses] : service::testing::documented_statuses("payments"))
    described.insert(route);
  EXPECT_EQ(described, served);
}

}  // namespace
}  // namespace gatehouse::payments
