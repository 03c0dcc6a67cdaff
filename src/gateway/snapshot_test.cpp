#include "gateway/snapshot.hpp"

#include <gtest/gtest.h>

#include "gateway/test_configuration.hpp"

namespace gatehouse::gateway {
namespace {

json::object limit(int minute) {
  return {{"minute", minute}};
}

// The one limit among the slots that a request of this route and consumer meets; 0: none.
class ChosenLimit : public testing::Test {
 protected:
  ChosenLimit() {
    service_ = configuration_.service("a.example", 80);
    route_ = configuration_.route(service_, "/a");
    alice_ = configuration_.add("consumers", {{"username", "alice"}});
  }

  json::object scope(bool route, bool service, bool consumer) const {
    json::object made;
    if (route) made["route"] = json::object{{"id", route_}};
    if (service) made["service"] = json::object{{"id", service_}};
    if (consumer) made["consumer"] = json::object{{"id", alice_}};
    return made;
  }
  void bind(json::object scope) {
    ids_.push_back(configuration_.plugin("rate-limiting", limit(1), std::move(scope)));
  }

  // The position, in the order of bind(), of the plugin that is chosen; -1: none.
  [[nodiscard]] int chosen(bool as_alice) const {
    const auto snapshot = configuration_.snapshot();
    const Route& route = snapshot->route(0);
    const Consumer* consumer = as_alice ? snapshot->consumer(alice_) : nullptr;
    for (const auto& link : route.chain) {
      const auto slot = snapshot->choose(link, &route, consumer);
      if (slot == ChainLink::kNone) continue;
      const auto& id = snapshot->plugins()[slot].scope.plugin_id;
      return static_cast<int>(std::ranges::find(ids_, id) - ids_.begin());
    }
    return -1;
  }

  TestConfiguration configuration_;
  std::string service_;
  std::string route_;
  std::string alice_;
  std::vector<std::string> ids_;
};

TEST_F(ChosenLimit, IsTheMostSpecificInstance) {
  // From the weakest to the strongest, as Kong orders them; each one added beats all before it.
  const std::vector<json::object> scopes{scope(false, false, false), scope(false, true, false),
                                         scope(true, false, false),  scope(false, false, true),
                                         scope(true, true, false),   scope(false, true, true),
                                         scope(true, false, true),   scope(true, true, true)};
  for (int i = 0; i < static_cast<int>(scopes.size()); ++i) {
    bind(scopes[static_cast<std::size_t>(i)]);
    EXPECT_EQ(chosen(true), i);
  }
  EXPECT_EQ(chosen(false), 4);  // route and service: the strongest that asks for no consumer
}

TEST_F(ChosenLimit, IsNoneForAStrangerIfOnlyAConsumerHasOne) {
  bind(scope(false, false, true));
  EXPECT_EQ(chosen(true), 0);
  EXPECT_EQ(chosen(false), -1);
}

TEST_F(ChosenLimit, DoesNotReachOtherRoutes) {
  const auto other = configuration_.route(service_, "/b");
  bind(TestConfiguration::to("route", other));
  const auto snapshot = configuration_.snapshot();
  int with_chain = 0;
  for (const auto& route : snapshot->routes()) {
    with_chain += route.chain.empty() ? 0 : 1;
    EXPECT_EQ(route.chain.empty(), route.id != other);
  }
  EXPECT_EQ(with_chain, 1);
}

TEST(Snapshot, OrdersAChainByPriority) {
  TestConfiguration configuration;
  configuration.route(configuration.service("a.example", 80), "/");
  for (const auto* name : {"prometheus", "jwt", "cors", "correlation-id", "request-size-limiting"}) {
    configuration.plugin(name, {});
  }
  const auto snapshot = configuration.snapshot();
  std::vector<std::string> names;
  for (const auto& link : snapshot->route(0).chain) names.push_back(snapshot->plugins()[link.slot].name);
  EXPECT_EQ(names, (std::vector<std::string>{"correlation-id", "cors", "jwt", "request-size-limiting",
                                             "prometheus"}));
  EXPECT_EQ(snapshot->global_chain().size(), 5U);
}

TEST(Snapshot, LeavesOutWhatIsDisabled) {
  TestConfiguration configuration;
  const auto service = configuration.service("a.example", 80, {{"enabled", false}});
  configuration.route(service, "/a");
  configuration.plugin("cors", {}, {{"enabled", false}});
  const auto snapshot = configuration.snapshot();
  EXPECT_TRUE(snapshot->routes().empty());
  EXPECT_TRUE(snapshot->plugins().empty());
}

TEST(Snapshot, GivesAServiceItsHostHeader) {
  TestConfiguration configuration;
  for (const auto& [protocol, port] :
       {std::pair{"http", 80}, {"https", 443}, {"http", 443}, {"https", 8443}}) {
    configuration.add("services", {{"host", "a.example"}, {"port", port}, {"protocol", protocol}});
  }
  std::multiset<std::string> headers;
  const auto snapshot = configuration.snapshot();
  for (const auto& service : snapshot->services()) headers.insert(service.host_header);
  EXPECT_EQ(headers,
            (std::multiset<std::string>{"a.example", "a.example", "a.example:443", "a.example:8443"}));
}

TEST(Snapshot, RefusesWhatCannotBeServed) {
  TestConfiguration configuration;
  configuration.route(configuration.service("a.example", 80), "~/a(b");
  EXPECT_THROW((void)configuration.snapshot(), std::logic_error);
}

}  // namespace
}  // namespace gatehouse::gateway
