// Two instances with their caches, on one store and one Redis (TLS, a user with few rights): a change made
// through one is seen through the other.
#include <gtest/gtest.h>

#include "cache/cache_stack.hpp"
#include "core/test_times.hpp"
#include "services/auth/adapters/test_stores.hpp"
#include "storage/redis/test_secured_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kPrefix = "gatehouse:auth:";

struct Instance {
  Instance(boost::asio::io_context& io, const core::Clock& clock, PersonStore& store,
           const crypto::Envelope& envelope, storage::redis::Options redis, std::chrono::milliseconds ttl)
      : caches(cache::CacheStack::open(io.get_executor(), clock,
                                       {.redis = std::move(redis), .prefix = std::string(kPrefix)})
                   .value()),
        read_through("person", caches->cache(), caches->invalidation(), clock, metrics),
        people(store, read_through, CacheSealer(envelope), {.ttl = ttl}) {
    EXPECT_TRUE(runtime::run_to_end(io, caches->redis()->wait_until_connected(Deadline::after(10s))));
  }
  double count(const char* result) {
    return metrics.counter("cache_requests_total", "", {{"cache", "person"}, {"result", result}}).value();
  }
  Metrics metrics;
  std::unique_ptr<cache::CacheStack> caches;
  cache::ReadThrough read_through;
  CachedPeople people;
};

class SharedPeopleTest : public testing::Test {
 protected:
  void SetUp() override {
    log::configure({.level = log::Level::error});
    Account ann{.person = {.id = "id-ann",
                           .realm = "gatehouse",
                           .username = "ann",
                           .email = Pii{"ann.visible@example.test"},
                           .first_name = Pii{"Visible"},
                           .realm_roles = {"customer"}},
                .password_hash = Secret{"$visible"}};
    AuditEvent event{.actor = "tester", .action = "person_created", .fields = {"person"}};
    ASSERT_TRUE(run(here_.people.create(std::move(ann), std::move(event), clock_.now())));
  }
  ~SharedPeopleTest() override {
    run(here_.caches->stop());
    run(there_.caches->stop());
  }
  template <class T>
  T run(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  template <class Condition>
  bool run_until(Condition condition) {
    const Deadline give_up = Deadline::after(10s);
    while (!condition() && !give_up.is_over()) io_.run_one_for(20ms);
    return condition();
  }
  std::set<std::string> roles(Instance& instance) {
    const auto person = run(instance.people.find(ann_)).value();
    return {person.realm_roles.begin(), person.realm_roles.end()};
  }
  void give_role(Instance& instance, const std::string& role) {
    AccountChange change = [role](Account& account) -> Result<AuditEvent> {
      account.person.realm_roles = {"customer", role};
      return AuditEvent{.actor = "tester", .action = "roles_assigned", .fields = {"roles"}};
    };
    ASSERT_TRUE(run(instance.people.update(ann_, std::move(change), clock_.now())));
  }
  // The instance answers from its memory.
  void give_a_copy(Instance& instance) {
    ASSERT_TRUE(run_until([&] {
      const double before = instance.count("hit");
      (void)roles(instance);
      return instance.count("hit") == before + 1;
    }));
  }

  boost::asio::io_context io_{1};
  core::SystemClock clock_;
  MemoryPeople store_;
  const crypto::Envelope envelope_ = fresh_envelope();
  storage::redis::SecuredServer redis_{std::string(kPrefix)};
  Instance here_{io_, clock_, store_, envelope_, redis_.options(), 30s};
  Instance there_{io_, clock_, store_, envelope_, redis_.options(), 30s};
  const PersonKey ann_{"gatehouse", "id-ann"};
};

TEST_F(SharedPeopleTest, ARoleGivenHereIsSeenThereWithin100Milliseconds) {
  core::TestTimes times;
  for (int round = 0; round < 20; ++round) {
    give_a_copy(there_);
    const std::string role = "role-" + std::to_string(round);
    give_role(here_, role);
    const auto changed_at = clock_.steady_now();
    EXPECT_TRUE(roles(here_).contains(role));
    ASSERT_TRUE(run_until([&] { return roles(there_).contains(role); }));
    times.add_since(changed_at);
  }
  EXPECT_LT(times.median(), 100ms);
}

TEST_F(SharedPeopleTest, AnErasedPersonIsGoneThere) {
  give_a_copy(there_);
  AuditEvent event{.actor = "tester", .action = "person_erased", .fields = {"person"}};
  ASSERT_TRUE(run(here_.people.erase(ann_, std::nullopt, std::move(event), clock_.now())));
  EXPECT_TRUE(run_until([&] { return !run(there_.people.find(ann_)).has_value(); }));
}

TEST_F(SharedPeopleTest, NothingPersonalIsReadableInRedis) {
  give_a_copy(there_);
  const std::string all = redis_.everything();
  EXPECT_NE(all.find(kPrefix), std::string::npos);
  EXPECT_EQ(all.find("isible"), std::string::npos);
  EXPECT_EQ(all.find("ann@"), std::string::npos);
}

TEST_F(SharedPeopleTest, WhileTheConnectionIsCutNoOldCopyIsShownAndAfterwardsAllIsWell) {
  give_a_copy(there_);
  redis_.lock_out();
  ASSERT_TRUE(run_until([&] { return !there_.caches->redis()->is_connected(); }));
  ASSERT_TRUE(run_until([&] { return !here_.caches->redis()->is_connected(); }));
  give_role(here_, "seller");
  EXPECT_TRUE(roles(there_).contains("seller"));
  EXPECT_TRUE(roles(here_).contains("seller"));
  redis_.let_in();
  for (Instance* instance : {&here_, &there_}) {
    ASSERT_TRUE(run(instance->caches->redis()->wait_until_connected(Deadline::after(10s))));
  }
  EXPECT_TRUE(roles(here_).contains("seller"));  // and makes up for what it could not tell
  EXPECT_TRUE(run_until([&] { return roles(there_).contains("seller"); }));
}

}  // namespace
}  // namespace gatehouse::auth
