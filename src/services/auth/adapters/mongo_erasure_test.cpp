// Erased is erased on MongoDB too, where people lie in one database and their keys in another, both shared by
// several instances: whichever of the two is restored from an older copy.
#include <gtest/gtest.h>

#include "services/auth/adapters/mongo_erasures.hpp"
#include "services/auth/adapters/test_people.hpp"
#include "services/auth/adapters/test_stores.hpp"
#include "storage/mongo/subject_key_collection.hpp"

namespace gatehouse::auth {
namespace {

namespace mongo = storage::mongo;

// One instance of auth, with connections of its own.
struct Process {
  Process(const std::string& name, const crypto::Envelope& envelope)
      : people_client(
            mongo::Client::open(MongoTestStores::server().options(name + "_people"), prepare_mongo).value()),
        keys_client(mongo::Client::open(MongoTestStores::server().options(name + "_keys"),
                                        mongo::prepare_subject_keys)
                        .value()),
        sealer(crypto::SubjectKeys(envelope, std::make_shared<mongo::SubjectKeyCollection>(*keys_client)),
               crypto::BlindIndex(Secret{std::string(32, 'k')})) {}

  std::unique_ptr<mongo::Client> people_client;
  std::unique_ptr<mongo::Client> keys_client;
  PersonSealer sealer;
  MongoPeople people{*people_client, sealer};
};

using Documents = std::vector<mongo::Document>;

class MongoErasure : public testing::Test {
 protected:
  void SetUp() override {
    if (!mongo::TestServer::is_installed()) GTEST_SKIP() << "ferretdb is not installed (tools/peers)";
    first_ = std::make_unique<Process>(name_, envelope_);
    second_ = std::make_unique<Process>(name_, envelope_);
    for (const char* name : {"ann", "bob"})
      ASSERT_TRUE(get(first_->people.create(account(name), kEvent, kNow)));
  }
  template <class T>
  T get(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  // As a dump of one collection, and its restoration over what is there.
  Documents back_up(mongo::Client& client, std::string_view collection) {
    auto work = [collection](mongo::Session& session) {
      const mongo::Page all{.sort = {{"_id", 1}}, .limit = 1'000};
      return session.find(collection, {}, all);
    };
    return get(client.run(std::move(work))).value();
  }
  void restore(mongo::Client& client, std::string_view collection, const Documents& backup) {
    auto work = [collection, &backup](mongo::Session& session) -> Result<void> {
      for (const mongo::Document& document : backup) {
        const std::string id = mongo::Reading(document).text("_id");
        const auto replaced = session.replace(collection, {{"_id", id}}, document);
        if (!replaced) return fail(replaced);
        if (*replaced) continue;
        if (auto inserted = session.insert(collection, document); !inserted) return inserted;
      }
      return {};
    };
    get(client.run(std::move(work))).value();
  }
  std::size_t rows() { return back_up(*first_->people_client, kPersonCollection).size(); }
  void erase_ann() { ASSERT_TRUE(get(first_->people.erase(kAnn, std::nullopt, kErased, kNow))); }
  void start_anew() { ASSERT_TRUE(get(replay_erasures(*second_->people_client, second_->sealer.keys()))); }

  boost::asio::io_context io_{1};
  std::string name_ = "t" + core::random_token(9);
  crypto::Envelope envelope_ = fresh_envelope();
  std::unique_ptr<Process> first_;
  std::unique_ptr<Process> second_;
};

TEST_F(MongoErasure, EveryInstanceReadsWhatAnotherHasSealed) {
  const auto read = get(second_->people.find(kAnn));
  ASSERT_TRUE(read) << read.error().reason;
  EXPECT_EQ(read->email.reveal(), "ann@example.test");
  erase_ann();
  EXPECT_EQ(get(second_->people.find(kAnn)).error().reason, "unknown_person");
}

TEST_F(MongoErasure, HoldsAgainstAnOlderCopyOfThePeople) {
  const Documents backup = back_up(*first_->people_client, kPersonCollection);
  erase_ann();
  restore(*first_->people_client, kPersonCollection, backup);
  ASSERT_EQ(rows(), 2U) << "the row is back";
  for (Process* process : {first_.get(), second_.get()}) {
    EXPECT_EQ(get(process->people.find(kAnn)).error().reason, "unknown_person");
    EXPECT_EQ(get(process->people.find_by_login("gatehouse", Pii{"ann@example.test"})).error().reason,
              "unknown_person");
    EXPECT_EQ(get(process->people.list("gatehouse", {})).value().people.size(), 1U);
    EXPECT_TRUE(get(process->people.find({"gatehouse", "id-of-bob"})));
  }
  start_anew();
  EXPECT_EQ(rows(), 1U) << "the next start drops it";
  EXPECT_EQ(get(second_->people.create(account("ann"), kEvent, kNow)).error().reason, "person_erased");
}

// So looks a death between the tombstone of a person and the end of the key as well.
TEST_F(MongoErasure, HoldsAgainstAnOlderCopyOfTheKeys) {
  const Documents keys = back_up(*first_->keys_client, mongo::kSubjectKeyCollection);
  const Documents people = back_up(*first_->people_client, kPersonCollection);
  erase_ann();
  restore(*first_->keys_client, mongo::kSubjectKeyCollection, keys);
  const std::string subject = record_name_of(kAnn).record;
  ASSERT_TRUE(first_->sealer.keys().store().find(subject)) << "the key is back";
  start_anew();
  EXPECT_EQ(first_->sealer.keys().store().find(subject).error().reason, "subject_erased");
  restore(*first_->people_client, kPersonCollection, people);
  EXPECT_EQ(get(first_->people.find(kAnn)).error().reason, "unknown_person");
  EXPECT_TRUE(get(second_->people.find({"gatehouse", "id-of-bob"})));
}

// A machine whose keys of people have not been moved here yet starts with an empty database of keys.
TEST_F(MongoErasure, HoldsWhereTheKeyWasNeverSeen) {
  erase_ann();
  const auto forget = [](mongo::Session& session) {
    return session.remove(mongo::kSubjectKeyCollection, {{"_id", record_name_of(kAnn).record}});
  };
  ASSERT_TRUE(get(first_->keys_client->run(forget)).value());
  ASSERT_EQ(first_->sealer.keys().store().find(record_name_of(kAnn).record).error().reason,
            "unknown_subject");
  start_anew();
  EXPECT_EQ(get(second_->people.create(account("ann"), kEvent, kNow)).error().reason, "person_erased");
}

}  // namespace
}  // namespace gatehouse::auth
