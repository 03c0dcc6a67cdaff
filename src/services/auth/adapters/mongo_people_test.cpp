// What the contract cannot ask: a process that dies between two writes, a server that dies between two
// updates, a schema from the future, and what of a person can be read in the database.
#include "services/auth/adapters/mongo_people.hpp"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/task_group.hpp"
#include "services/auth/adapters/test_stores.hpp"

namespace gatehouse::auth {
namespace {

namespace mongo = storage::mongo;
using testing::ElementsAre;
using namespace std::chrono_literals;

const core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};
const PersonKey kAnn{"gatehouse", "0b1f6a52-0000-4000-8000-000000000001"};

Account ann() {
  return {.person = {.id = kAnn.id,
                     .realm = kAnn.realm,
                     .username = "ann",
                     .email = Pii{"ann.visible@example.test"},
                     .first_name = Pii{"Annabella-Visible"},
                     .last_name = Pii{"Ashcroft-Visible"},
                     .created_at = kNow,
                     .updated_at = kNow},
          .password_hash = Secret{"$argon2id$v=19$m=8,t=1,p=1$visible"}};
}

AuditEvent event(std::string action) {
  return {.actor = "tester", .action = std::move(action), .fields = {"something"}};
}

Result<AuditEvent> close_account(Account& account) {
  account.person.enabled = false;
  return event("person_updated");
}

class MongoPeopleTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!mongo::TestServer::is_installed()) GTEST_SKIP() << "ferretdb is not installed (tools/peers)";
    stores_ = std::make_unique<MongoTestStores>();
  }
  template <class T>
  T get(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  PersonStore& people() { return stores_->people(); }
  void add_ann() { get(people().create(ann(), event("person_created"), kNow)).value(); }
  // Works on the database behind the adapter's back.
  template <class Fn>
  auto directly(Fn fn) {
    return get(stores_->client().run(std::move(fn)));
  }
  std::vector<std::string> trail() {
    std::vector<std::string> actions;
    for (const AuditRecord& record : get(people().audit_of(kAnn, 100)).value())
      actions.push_back(record.event.action);
    return actions;
  }
  // How many of these events the trail's own collection has.
  std::size_t kept_events() {
    const auto count = [](mongo::Session& session) -> Result<std::size_t> {
      const mongo::Page page{.sort = {{"sequence", 1}}, .limit = 100};
      const auto found = session.find(kAuditCollection, {{"person_id", kAnn.id}}, page);
      if (!found) return fail(found);
      return found->size();
    };
    return directly(count).value();
  }
  // As if the process had ended before the latest event came into the trail.
  void lose_the_last_write() {
    const auto forget = [](mongo::Session& session) -> Result<bool> {
      const auto document = session.find_one(kPersonCollection, {{"_id", document_id(kAnn.realm, kAnn.id)}});
      const auto person = person_of(document.value().value());
      return session.remove(kAuditCollection, {{"_id", person.value().latest.id}});
    };
    EXPECT_TRUE(directly(forget).value());
  }

  boost::asio::io_context io_;
  std::unique_ptr<MongoTestStores> stores_;
};

TEST_F(MongoPeopleTest, LosesNoEventWhenAProcessEndsBeforeItIsInTheTrail) {
  add_ann();
  lose_the_last_write();
  EXPECT_EQ(kept_events(), 0U);
  EXPECT_THAT(trail(), ElementsAre("person_created"));

  get(people().update(kAnn, close_account, kNow)).value();
  EXPECT_EQ(kept_events(), 2U);
  EXPECT_THAT(trail(), ElementsAre("person_updated", "person_created"));

  lose_the_last_write();
  get(people().replace_hash(kAnn, ann().password_hash, Secret{"$other"})).value();
  EXPECT_THAT(trail(), ElementsAre("person_updated", "person_created"));
  get(people().erase(kAnn, std::nullopt, event("person_erased"), kNow)).value();
  EXPECT_EQ(kept_events(), 3U);
  EXPECT_THAT(trail(), ElementsAre("person_erased", "person_updated", "person_created"));
}

TEST_F(MongoPeopleTest, FinishesWhatAnotherBeganToErase) {
  add_ann();
  const auto erase_half = [](mongo::Session& session) -> Result<bool> {
    const std::string id = document_id(kAnn.realm, kAnn.id);
    const auto person = person_of(session.find_one(kPersonCollection, {{"_id", id}}).value().value());
    const StoredPerson tombstone{.row = {.realm = kAnn.realm, .id = kAnn.id},
                                 .latest = person.value().latest.next(event("person_erased"), kNow),
                                 .revision = 2,
                                 .is_erased = true};
    return session.replace(kPersonCollection, {{"_id", id}}, document_of(tombstone));
  };
  EXPECT_TRUE(directly(erase_half).value());

  EXPECT_EQ(get(people().find(kAnn)).error().reason, "unknown_person");
  EXPECT_EQ(get(people().update(kAnn, close_account, kNow)).error().reason, "unknown_person");
  EXPECT_EQ(get(people().list("gatehouse", {})).value().people.size(), 0U);
  EXPECT_EQ(get(people().list("", {})).value().people.size(), 0U) << "tombstones are no people";
  EXPECT_THAT(trail(), ElementsAre("person_erased", "person_created"));
  EXPECT_EQ(kept_events(), 1U);

  EXPECT_TRUE(directly(prepare_mongo));  // the next start
  EXPECT_EQ(kept_events(), 2U);
  EXPECT_TRUE(directly([](mongo::Session& session) -> Result<bool> {
                const auto left = session.find_one(kPersonCollection, {{"realm", ""}});
                if (!left) return fail(left);
                return !left->has_value();
              }).value());
  add_ann();
  EXPECT_TRUE(get(people().find(kAnn)));
}

TEST_F(MongoPeopleTest, RefusesASchemaFromTheFuture) {
  const auto from_the_future = [](mongo::Session& session) {
    return session.replace("schema", {{"_id", "auth"}}, {{"_id", "auth"}, {"version", 9}});
  };
  EXPECT_TRUE(directly(from_the_future).value());
  const auto refused = directly(prepare_mongo);
  EXPECT_EQ(refused.error().reason, "newer_schema");
  EXPECT_EQ(refused.error().kind, ErrorKind::internal);
}

TEST_F(MongoPeopleTest, GivesNothingWhenACiphertextWasMoved) {
  add_ann();
  const auto swap_names = [](mongo::Session& session) -> Result<bool> {
    const std::string id = document_id(kAnn.realm, kAnn.id);
    auto person = person_of(session.find_one(kPersonCollection, {{"_id", id}}).value().value()).value();
    std::swap(person.row.first_name, person.row.last_name);
    return session.replace(kPersonCollection, {{"_id", id}}, document_of(person));
  };
  EXPECT_TRUE(directly(swap_names).value());
  EXPECT_EQ(get(people().find(kAnn)).error().reason, "ciphertext_rejected");
}

TEST_F(MongoPeopleTest, GivesNothingOfADocumentThatIsNotOne) {
  add_ann();
  const auto scratch = [](mongo::Session& session) {
    const std::string id = document_id(kAnn.realm, kAnn.id);
    return session.replace(kPersonCollection, {{"_id", id}}, {{"_id", id}, {"realm", 7}});
  };
  EXPECT_TRUE(directly(scratch).value());
  EXPECT_EQ(get(people().find(kAnn)).error().reason, "broken_document");
}

TEST_F(MongoPeopleTest, HidesAddressNamesAndHashInTheServersFiles) {
  add_ann();
  std::string bytes;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(MongoTestStores::server().directory() / "data")) {
    std::ifstream file(entry.path(), std::ios::binary);
    if (entry.is_regular_file()) bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  EXPECT_NE(bytes.find(kAnn.id), std::string::npos);  // the document is there
  for (const char* hidden : {"ann.visible", "example.test", "Visible", "visible", "argon2id"})
    EXPECT_EQ(bytes.find(hidden), std::string::npos) << hidden;
}

// What a client knows of its updates while the server dies.
struct Tally {
  int done = 0;
  int unknown = 0;  // neither a yes nor a no
  int refused = 0;  // surely without effect
};

Awaitable<> count_up(PersonStore& people, int rounds, Tally& tally) {
  for (int round = 0; round < rounds; ++round) {
    AccountChange one_more = [](Account& account) -> Result<AuditEvent> {
      ++account.person.not_before;
      return event("person_updated");
    };
    PersonKey key = kAnn;
    const auto updated = co_await people.update(std::move(key), std::move(one_more), kNow);
    if (updated) {
      ++tally.done;
    } else {
      ++(updated.error().safe_to_retry ? tally.refused : tally.unknown);
    }
  }
}

TEST_F(MongoPeopleTest, LosesAndDoublesNothingWhenTheServerDiesMidway) {
  add_ann();
  Tally tally;
  TaskGroup rivals(io_.get_executor());
  for (int i = 0; i < 4; ++i) rivals.spawn("rival", count_up(people(), 10, tally));
  io_.restart();
  while (tally.done < 10) ASSERT_GT(io_.run_one_for(30s), 0U);
  MongoTestStores::server().restart();  // at once: what was underway is lost or was done
  ASSERT_TRUE(get(rivals.join(Deadline::after(60s))));
  Tally after;
  while (after.done == 0) get(count_up(people(), 1, after));

  const Person person = get(people().find(kAnn)).value();
  const int certain = tally.done + after.done;
  const int possible = certain + tally.unknown + after.unknown;
  EXPECT_GE(person.not_before, certain);
  EXPECT_LE(person.not_before, possible);
  EXPECT_EQ(person.version, person.not_before + 1);
  EXPECT_EQ(trail().size(), static_cast<std::size_t>(person.version)) << "one event for each change";
}

}  // namespace
}  // namespace gatehouse::auth
