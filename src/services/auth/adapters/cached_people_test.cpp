#include "services/auth/adapters/cached_people.hpp"

#include <gtest/gtest.h>

#include "cache/memory_cache.hpp"
#include "services/auth/adapters/test_stores.hpp"

namespace gatehouse::auth {
namespace {

const core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};

class CachedPeopleTest : public testing::Test {
 protected:
  template <class T>
  T get(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  void SetUp() override {
    Account ann{.person = {.id = "id-ann",
                           .realm = "gatehouse",
                           .username = "ann",
                           .email = Pii{"ann.visible@example.test"},
                           .first_name = Pii{"Ann"},
                           .email_verified = true,
                           .realm_roles = {"customer"},
                           .client_roles = {{"till", {"cashier"}}},
                           .not_before = 7,
                           .created_at = kNow,
                           .updated_at = kNow},
                .password_hash = Secret{"$visible"}};
    ASSERT_TRUE(get(people_.create(
        std::move(ann), {.actor = "tester", .action = "person_created", .fields = {"person"}}, kNow)));
  }
  static AccountChange rename(std::string name) {
    return [name](Account& account) -> Result<AuditEvent> {
      account.person.first_name = Pii{name};
      return AuditEvent{.actor = "tester", .action = "person_updated", .fields = {"first_name"}};
    };
  }

  boost::asio::io_context io_;
  core::ManualClock clock_;
  Metrics metrics_;
  MemoryPeople store_;
  cache::MemoryCache memory_{clock_};
  cache::InvalidationHub hub_;
  cache::LocalInvalidation invalidation_{hub_, io_.get_executor()};
  cache::ReadThrough read_through_{"person", memory_,  invalidation_,
                                   clock_,   metrics_, {.ttl_jitter = 0, .early_refresh = 0}};
  CachedPeople people_{store_, read_through_, fresh_cache_sealer()};
  const PersonKey ann_{"gatehouse", "id-ann"};
};

TEST_F(CachedPeopleTest, asks_the_store_once_while_nothing_changes) {
  ASSERT_TRUE(get(people_.find(ann_)));
  // Behind the cache's back: what is seen afterwards comes from the cache.
  ASSERT_TRUE(get(store_.update(ann_, rename("Anna"), kNow)));

  const auto found = get(people_.find(ann_)).value();

  EXPECT_EQ(found.first_name.reveal(), "Ann");
  EXPECT_EQ(found.email.reveal(), "ann.visible@example.test");
  EXPECT_EQ(found.client_roles, (ClientRoles{{"till", {"cashier"}}}));
  EXPECT_EQ(found.not_before, 7);
  EXPECT_EQ(found.created_at, kNow);
  EXPECT_TRUE(found.email_verified);
  EXPECT_EQ(get(people_.find_account(ann_)).value().person.first_name.reveal(), "Anna");
  clock_.advance(std::chrono::seconds{31});
  EXPECT_EQ(get(people_.find(ann_)).value().first_name.reveal(), "Anna");
}

TEST_F(CachedPeopleTest, sees_its_own_changes_at_once) {
  ASSERT_TRUE(get(people_.find(ann_)));

  ASSERT_TRUE(get(people_.update(ann_, rename("Anna"), kNow)));
  EXPECT_EQ(get(people_.find(ann_)).value().first_name.reveal(), "Anna");

  AuditEvent event{.actor = "tester", .action = "person_erased", .fields = {"person"}};
  ASSERT_TRUE(get(people_.erase(ann_, 2, std::move(event), kNow)));
  EXPECT_EQ(get(people_.find(ann_)).error().reason, "unknown_person");
}

TEST_F(CachedPeopleTest, sees_a_person_who_was_missing_a_moment_ago) {
  EXPECT_FALSE(get(people_.find({"gatehouse", "id-bob"})));

  Account bob{.person = {.id = "id-bob", .realm = "gatehouse", .username = "bob"}, .password_hash = {}};
  AuditEvent event{.actor = "tester", .action = "person_created", .fields = {"person"}};
  ASSERT_TRUE(get(people_.create(std::move(bob), std::move(event), kNow)));

  EXPECT_TRUE(get(people_.find({"gatehouse", "id-bob"})));
}

TEST_F(CachedPeopleTest, keeps_nothing_personal_in_clear) {
  ASSERT_TRUE(get(people_.find(ann_)));

  const auto entry = get(memory_.get("person:gatehouse/id-ann")).value();

  ASSERT_TRUE(entry && entry->value);
  EXPECT_EQ(entry->value->find("visible"), std::string::npos);
  EXPECT_EQ(core::from_base64url(entry->value->substr(entry->value->find('.') + 1)).value().find("visible"),
            std::string::npos);
}

TEST_F(CachedPeopleTest, does_not_believe_an_entry_that_was_made_for_somebody_else) {
  ASSERT_TRUE(get(people_.find(ann_)));
  Account bob{.person = {.id = "id-bob", .realm = "gatehouse", .username = "bob"}, .password_hash = {}};
  AuditEvent event{.actor = "tester", .action = "person_created", .fields = {"person"}};
  ASSERT_TRUE(get(people_.create(std::move(bob), std::move(event), kNow)));
  auto entry = get(memory_.get("person:gatehouse/id-ann")).value().value();
  entry.version = 5;
  ASSERT_TRUE(get(memory_.put("person:gatehouse/id-bob", entry)).value());

  EXPECT_EQ(get(people_.find({"gatehouse", "id-bob"})).value().username, "bob");
}

}  // namespace
}  // namespace gatehouse::auth
