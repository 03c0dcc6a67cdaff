// People with their keys between SQLite and MongoDB: every record reads the same from both.
#include <gtest/gtest.h>

#include "data_copy/synchronise.hpp"
#include "services/auth/adapters/mongo_copy.hpp"
#include "services/auth/adapters/sqlite_copy.hpp"
#include "services/auth/adapters/subject_keys_copy.hpp"
#include "services/auth/adapters/test_people.hpp"
#include "services/auth/adapters/test_stores.hpp"
#include "storage/mongo/subject_key_collection.hpp"
#include "storage/mongo/wrapped_rows.hpp"

namespace gatehouse::auth {
namespace {

using data_copy::Collection;
using data_copy::Effect;
using data_copy::Tally;
using std::chrono::seconds;

constexpr int kPeople = 23;

// The keys that both sides stand under.
struct Rings {
  crypto::Envelope fields = fresh_envelope();
  crypto::BlindIndex index{Secret{core::random_bytes(32)}};
};

using Collections = std::vector<std::unique_ptr<Collection>>;

struct Side {
  virtual ~Side() = default;
  Side() = default;
  Side(const Side&) = delete;
  virtual PersonStore& people() = 0;
  virtual RoleStore& roles() = 0;
  virtual AttemptStore& attempts() = 0;

  void copy(crypto::SubjectKeyStore& keys, storage::WrappedRows& rows, Collections others) {
    collections.push_back(std::make_unique<SubjectKeysCopy>(keys, rows, pool));
    std::ranges::move(others, std::back_inserter(collections));
  }
  BlockingPool pool{"people-copy-test"};
  Collections collections;
};

struct Embedded final : Side {
  explicit Embedded(const Rings& rings) : sealer({rings.fields, keys}, rings.index) {
    prepare_store(database.database(), sealer.keys()).value();
    copy(*keys, key_rows, collections_of(database, sealer));
  }
  PersonStore& people() override { return store; }
  RoleStore& roles() override { return role_store; }
  AttemptStore& attempts() override { return attempt_store; }

  ScratchDirectory directory;
  std::shared_ptr<storage::sqlite::SubjectKeyFile> keys =
      storage::sqlite::SubjectKeyFile::open((directory.path() / "subject_keys.db").string()).value();
  storage::sqlite::AsyncDatabase key_database{keys->database(), pool};
  storage::sqlite::SqliteWrappedRows key_rows{key_database, storage::sqlite::kSubjectKeyTable};
  PersonSealer sealer;
  storage::sqlite::AsyncDatabase database{
      storage::sqlite::Database::open((directory.path() / "store.db").string()).value(), pool};
  SqlitePeople store{database, sealer};
  SqliteRoles role_store{database};
  SqliteAttempts attempt_store{database};
};

struct Remote final : Side {
  explicit Remote(const Rings& rings)
      : sealer({rings.fields, std::make_shared<storage::mongo::SubjectKeysInOrder>(*key_client)},
               rings.index) {
    copy(sealer.keys().store(), key_rows, collections_of(*client, sealer));
  }
  PersonStore& people() override { return store; }
  RoleStore& roles() override { return role_store; }
  AttemptStore& attempts() override { return attempt_store; }

  static std::unique_ptr<storage::mongo::Client> fresh_client(storage::mongo::Client::Prepare prepare) {
    return storage::mongo::Client::open(MongoTestStores::server().options("c" + core::random_token(9)),
                                        std::move(prepare))
        .value();
  }
  std::unique_ptr<storage::mongo::Client> client = fresh_client(prepare_mongo);
  std::unique_ptr<storage::mongo::Client> key_client = fresh_client(storage::mongo::prepare_subject_keys);
  storage::mongo::MongoWrappedRows key_rows{*key_client, std::string(storage::mongo::kSubjectKeyCollection)};
  PersonSealer sealer;
  MongoPeople store{*client, sealer};
  MongoRoles role_store{*client};
  MongoAttempts attempt_store{*client};
};

class PeopleCopy : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!storage::mongo::TestServer::is_installed()) GTEST_SKIP() << "ferretdb is not here: run tools/peers";
    remote_ = std::make_unique<Remote>(rings_);
  }
  template <class T>
  T run(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }

  static std::string name(int number) { return fmt::format("person-{:02}", number); }
  static PersonKey key(int number) { return {"gatehouse", "id-of-" + name(number)}; }

  void change(Side& side, int number, const std::string& first_name, core::SystemTime at) {
    AccountChange rename = [first_name](Account& account) -> Result<AuditEvent> {
      account.person.first_name = Pii{first_name};
      return AuditEvent{.actor = "tester", .action = "renamed", .fields = {"first_name"}};
    };
    ASSERT_TRUE(run(side.people().update(key(number), std::move(rename), at)));
  }
  void erase(Side& side, int number) {
    ASSERT_TRUE(run(side.people().erase(key(number), std::nullopt, kErased, kNow + seconds{60})));
  }
  // Some have changed once, some twice at the same moment; some are gone; one has no address.
  void fill(Side& side) {
    for (int i = 0; i < kPeople; ++i) {
      Account one = account(name(i));
      one.person.realm_roles = {"customer", "grün"};
      one.person.client_roles = {{"shop", {"buyer"}}};
      if (i == 1) one.person.email = Pii{};
      ASSERT_TRUE(run(side.people().create(std::move(one), kEvent, kNow)));
      if (i % 3 > 0) change(side, i, "Second", kNow + seconds{1});
      if (i % 3 > 1) change(side, i, "Third", kNow + seconds{1});
    }
    for (const int gone : {4, 9}) erase(side, gone);
    ASSERT_TRUE(
        run(side.roles().add("gatehouse", {{.name = "customer"}, {.name = "buyer", .client = "shop"}})));
    ASSERT_TRUE(run(side.attempts().update({"gatehouse", key(2).id}, [](FailureRecord& record) {
      record = {.failures = 5, .last_failure = kNow, .locked_until = kNow + seconds{1}};
    })));
  }

  Result<Tally> one_pass(Collection& from, Collection& to, Effect effect) {
    return run(data_copy::synchronise(from, to, {.effect = effect, .page = 7}));
  }
  // Of each collection, written and removed.
  std::vector<std::uint64_t> pass(Side& from, Side& to, Effect effect) {
    std::vector<std::uint64_t> changes;
    for (std::size_t i = 0; i < from.collections.size(); ++i) {
      const auto tally = one_pass(*from.collections[i], *to.collections[i], effect);
      EXPECT_TRUE(tally) << from.collections[i]->name() << ": " << tally.error().reason << ' '
                         << tally.error().detail;
      changes.push_back(tally ? tally->written + tally->removed : 0);
    }
    return changes;
  }
  std::vector<std::uint64_t> copy(Side& from, Side& to) { return pass(from, to, Effect::apply); }
  void expect_same(Side& from, Side& to) {
    EXPECT_EQ(pass(from, to, Effect::compare_only), std::vector<std::uint64_t>(5, 0));
  }
  std::vector<std::string> trail(Side& side, int number) {
    std::vector<std::string> actions;
    const auto records = run(side.people().audit_of(key(number), 100)).value();
    for (const AuditRecord& record : records) actions.push_back(record.event.action);
    return actions;
  }

  boost::asio::io_context io_{1};
  Rings rings_;
  Embedded embedded_{rings_};
  std::unique_ptr<Remote> remote_;
};

using Actions = std::vector<std::string>;

TEST_F(PeopleCopy, PeopleWhoMovedLogInAndKeepTheirTrail) {
  fill(embedded_);
  EXPECT_EQ(copy(embedded_, *remote_), (std::vector<std::uint64_t>{kPeople, 2, 2 + 14, kPeople - 2, 1}))
      << "keys and tombstones, roles, trails of those who changed or are gone, people, attempts";
  expect_same(embedded_, *remote_);

  const auto moved = run(remote_->people().find_by_login("gatehouse", Pii{name(5) + "@example.test"}));
  ASSERT_TRUE(moved) << moved.error().reason;
  EXPECT_EQ(moved->password_hash.reveal(), "$hash");
  EXPECT_EQ(moved->person.first_name.reveal(), "Third");
  EXPECT_EQ(moved->person.realm_roles, (RoleNames{"customer", "grün"}));
  EXPECT_EQ(trail(*remote_, 5), (Actions{"renamed", "renamed", "tested"}));
  EXPECT_EQ(trail(*remote_, 9), (Actions{"person_erased", "tested"}));
  EXPECT_EQ(run(remote_->attempts().find({"gatehouse", key(2).id}))->failures, 5);
  EXPECT_EQ(run(remote_->people().create(account(name(9)), kEvent, kNow)).error().reason, "person_erased");
}

TEST_F(PeopleCopy, WhatChangesThereComesBackOnce) {
  fill(embedded_);
  copy(embedded_, *remote_);
  change(*remote_, 5, "Fourth", kNow + seconds{70});
  change(*remote_, 6, "Second", kNow + seconds{70});
  erase(*remote_, 7);
  ASSERT_TRUE(run(remote_->people().create(account("late"), kEvent, kNow + seconds{80})));

  EXPECT_EQ(copy(*remote_, embedded_), (std::vector<std::uint64_t>{2, 0, 3, 4, 0}));
  expect_same(*remote_, embedded_);
  EXPECT_EQ(trail(embedded_, 5), (Actions{"renamed", "renamed", "renamed", "tested"}));
  EXPECT_EQ(trail(embedded_, 7).front(), "person_erased");
  EXPECT_EQ(embedded_.keys->find("gatehouse/" + key(7).id).error().reason, "subject_erased");

  change(embedded_, 5, "Fifth", kNow + seconds{90});
  EXPECT_EQ(copy(embedded_, *remote_), (std::vector<std::uint64_t>{0, 0, 1, 1, 0}));
  expect_same(embedded_, *remote_);
  EXPECT_EQ(trail(*remote_, 5), (Actions{"renamed", "renamed", "renamed", "renamed", "tested"}));
  Embedded other(rings_);
  copy(*remote_, other);
  expect_same(embedded_, other);
}

// A new hash of the same password writes nothing into the trail.
TEST_F(PeopleCopy, APersonWhoseTrailIsThereAlreadyKeepsIt) {
  fill(embedded_);
  copy(embedded_, *remote_);
  change(*remote_, 5, "Fourth", kNow + seconds{70});
  copy(*remote_, embedded_);
  ASSERT_TRUE(run(embedded_.people().replace_hash(key(5), Secret{"$hash"}, Secret{"$better"})));
  EXPECT_EQ(copy(embedded_, *remote_), (std::vector<std::uint64_t>{0, 0, 0, 1, 0}));
  expect_same(embedded_, *remote_);
  EXPECT_EQ(trail(*remote_, 5), (Actions{"renamed", "renamed", "renamed", "tested"}));
}

TEST_F(PeopleCopy, KeysThatOneSideHasWrappedAnewAreTheSame) {
  fill(embedded_);
  copy(embedded_, *remote_);
  const crypto::RecordName of_ann = record_name_of(key(3));
  const auto known = embedded_.keys->find(of_ann.record).value();
  const std::vector<storage::Rewrapped> rewrapped{
      {.id = of_ann.record, .known = known, .fresh = rings_.fields.rewrap(of_ann, known).value()}};
  ASSERT_EQ(run(embedded_.key_rows.replace(rewrapped)).value(), 1U);
  EXPECT_EQ(copy(embedded_, *remote_), (std::vector<std::uint64_t>{1, 0, 0, 0, 0}));
  expect_same(embedded_, *remote_);
  EXPECT_EQ(run(remote_->people().find(key(3)))->username, name(3));
}

TEST_F(PeopleCopy, WhoComesInTheMiddleOfACopyIsBroughtByTheNext) {
  fill(embedded_);
  const auto one_way = [this](Side& from, Side& to, const std::string& newcomer) {
    ASSERT_TRUE(one_pass(*from.collections[0], *to.collections[0], Effect::apply));
    ASSERT_TRUE(run(from.people().create(account(newcomer), kEvent, kNow)));
    ASSERT_TRUE(one_pass(*from.collections[3], *to.collections[3], Effect::apply));
    const PersonKey whose{"gatehouse", "id-of-" + newcomer};
    EXPECT_EQ(run(to.people().find(whose)).error().reason, "unknown_person");
    copy(from, to);
    expect_same(from, to);
    EXPECT_EQ(run(to.people().find(whose))->username, newcomer);
  };
  one_way(embedded_, *remote_, "late");
  one_way(*remote_, embedded_, "later");
}

// Each way: everybody's new address, and a newcomer's name, are still held by somebody else over there.
TEST_F(PeopleCopy, NamesAndAddressesThatHaveChangedHandsAreNoObstacle) {
  fill(embedded_);
  copy(embedded_, *remote_);
  const auto write_to = [this](Side& side, int number, const std::string& address) {
    AccountChange change = [address](Account& account) -> Result<AuditEvent> {
      account.person.email = Pii{address + "@example.test"};
      return AuditEvent{.actor = "tester", .action = "renamed", .fields = {"email"}};
    };
    const auto done = run(side.people().update(key(number), std::move(change), kNow + seconds{90}));
    ASSERT_TRUE(done) << done.error().reason;
  };
  const auto move_on = [&](Side& from, Side& to, int leaves, const std::string& comes) {
    write_to(from, 10, "nobody-else");
    for (const auto& [number, takes] : {std::pair{11, 10}, {12, 11}, {13, 12}, {3, 13}, {10, 3}})
      write_to(from, number, name(takes));
    erase(from, leaves);
    Account heir = account(comes);
    heir.person.username = name(leaves);
    ASSERT_TRUE(run(from.people().create(std::move(heir), kEvent, kNow + seconds{95})));
    copy(from, to);
    expect_same(from, to);
    for (const auto& [address, holder] : {std::pair{10, 11}, {13, 3}, {3, 10}})
      EXPECT_EQ(run(to.people().find_by_login("gatehouse", Pii{name(address) + "@example.test"}))->person.id,
                key(holder).id);
    EXPECT_EQ(run(to.people().find_by_login("gatehouse", Pii{name(leaves)}))->person.id, "id-of-" + comes);
    for (const int back : {3, 10, 11, 12, 13}) write_to(from, back, "meanwhile-" + name(back));
    for (const int back : {3, 10, 11, 12, 13}) write_to(from, back, name(back));
    copy(from, to);
    expect_same(from, to);
  };
  move_on(embedded_, *remote_, 20, "adam");
  move_on(*remote_, embedded_, 21, "bea");
}

TEST_F(PeopleCopy, NoKeyIsEverLostToAnother) {
  ASSERT_TRUE(run(embedded_.people().create(account("ann"), kEvent, kNow)));
  ASSERT_TRUE(run(remote_->people().create(account("ann"), kEvent, kNow)));
  ASSERT_TRUE(run(remote_->people().create(account("bob"), kEvent, kNow)));
  Collection& here = *embedded_.collections.front();
  Collection& there = *remote_->collections.front();
  EXPECT_EQ(one_pass(here, there, Effect::apply).error().reason, "subject_only_here");
  EXPECT_EQ(one_pass(there, here, Effect::apply).error().reason, "subject_has_another_key");
  ASSERT_TRUE(run(remote_->people().erase(kAnn, std::nullopt, kErased, kNow)));
  ASSERT_TRUE(run(remote_->people().erase({"gatehouse", "id-of-bob"}, std::nullopt, kErased, kNow)));
  EXPECT_EQ(one_pass(here, *remote_->collections.front(), Effect::apply).error().kind, ErrorKind::conflict);
  EXPECT_TRUE(run(embedded_.people().find(kAnn))) << "as before";
}

TEST_F(PeopleCopy, ATrailOfSomebodyElseIsNotMixedIn) {
  fill(embedded_);
  copy(embedded_, *remote_);
  change(*remote_, 5, "Here", kNow + seconds{70});
  change(embedded_, 5, "There", kNow + seconds{71});
  change(embedded_, 5, "There again", kNow + seconds{72});
  for (const auto& [from, to] :
       {std::pair<Side*, Side*>{&embedded_, remote_.get()}, {remote_.get(), &embedded_}}) {
    change(*from, 5, "Again", kNow + seconds{80});
    const auto mixed = one_pass(*from->collections[2], *to->collections[2], Effect::apply);
    EXPECT_EQ(mixed.error().reason, "another_trail");
  }
}

}  // namespace
}  // namespace gatehouse::auth
