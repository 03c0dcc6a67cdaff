// What the port SubjectKeyStore promises, asked of every adapter alike; and that of several processes that
// want the key of one person all get the same.
#include <algorithm>
#include <functional>
#include <latch>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "crypto/subject_keys.hpp"
#include "storage/mongo/subject_key_collection.hpp"
#include "storage/mongo/test_server.hpp"
#include "storage/sqlite/subject_key_file.hpp"
#include "storage/sqlite/test_file.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage {
namespace {

const core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};
const crypto::RecordName kAnn{"auth", "person", "gatehouse/ann"};
const crypto::RecordName kBob{"auth", "person", "gatehouse/bob"};

using Store = std::shared_ptr<crypto::SubjectKeyStore>;

// One place for keys; each process opens it for itself.
class Place {
 public:
  virtual ~Place() = default;
  virtual Store process() = 0;
};

class File final : public Place {
 public:
  Store process() override { return sqlite::SubjectKeyFile::open(file_.path()).value(); }

 private:
  sqlite::TestFile file_;
};

class Collection final : public Place {
 public:
  Store process() override {
    clients_.push_back(mongo::Client::open(server().options(name_), mongo::prepare_subject_keys).value());
    return std::make_shared<mongo::SubjectKeyCollection>(*clients_.back());
  }

 private:
  static mongo::TestServer& server() {
    telemetry::log::configure({.level = telemetry::log::Level::error});
    static mongo::TestServer server;
    return server;
  }
  std::string name_ = "k" + core::random_token(9);
  std::vector<std::unique_ptr<mongo::Client>> clients_;
};

struct Case {
  std::string name;
  std::function<std::unique_ptr<Place>()> make;
};

class SubjectKeyStoreContract : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    place_ = GetParam().make();
    if (!place_) GTEST_SKIP() << GetParam().name << " is not installed";
    store_ = place_->process();
  }
  [[nodiscard]] crypto::SubjectKeys keys_on(Store store) const { return {envelope_, std::move(store)}; }
  [[nodiscard]] crypto::SubjectKeys keys() const { return keys_on(store_); }
  // All at once, each in a process of its own.
  void race(std::size_t racers, const std::function<void(crypto::SubjectKeyStore&, std::size_t)>& run) {
    std::latch together(static_cast<std::ptrdiff_t>(racers));
    std::vector<Store> stores;
    for (std::size_t i = 0; i < racers; ++i) stores.push_back(place_->process());
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < racers; ++i) {
      threads.emplace_back([&, i] {
        together.arrive_and_wait();
        run(*stores[i], i);
      });
    }
  }

  crypto::Envelope envelope_{std::make_shared<const crypto::KeyRing>(crypto::KeyRing::fresh())};
  std::unique_ptr<Place> place_;
  Store store_;
};

using Made = std::unique_ptr<Place>;
INSTANTIATE_TEST_SUITE_P(Adapters, SubjectKeyStoreContract,
                         testing::Values(Case{"sqlite", []() -> Made { return std::make_unique<File>(); }},
                                         Case{"mongodb",
                                              []() -> Made {
                                                if (!mongo::TestServer::is_installed()) return nullptr;
                                                return std::make_unique<Collection>();
                                              }}),
                         [](const auto& info) { return info.param.name; });

TEST_P(SubjectKeyStoreContract, KeepsOneKeyPerSubjectForAllWhoShareIt) {
  const std::string sealed = keys().obtain(kAnn)->seal("email", "ann@example.test").value();
  const auto elsewhere = keys_on(place_->process());
  EXPECT_EQ(elsewhere.obtain(kAnn)->open("email", sealed), "ann@example.test");
  EXPECT_EQ(elsewhere.find(kBob).error().reason, "unknown_subject");
  const std::string kept = store_->find(kAnn.record).value();
  EXPECT_EQ(store_->add(kAnn.record, "another").value(), kept) << "the first one counts";
  EXPECT_TRUE(elsewhere.adopt(kAnn, kept));
}

TEST_P(SubjectKeyStoreContract, DestroysAKeyForGood) {
  ASSERT_TRUE(keys().obtain(kAnn));
  const std::string wrapped = store_->find(kAnn.record).value();
  ASSERT_TRUE(store_->destroy(kAnn.record, kNow));
  ASSERT_TRUE(store_->destroy(kAnn.record, kNow)) << "again";
  ASSERT_TRUE(store_->destroy("gatehouse/never", kNow)) << "who never had one";

  const auto elsewhere = keys_on(place_->process());
  for (const crypto::SubjectKeys& any : {keys(), elsewhere}) {
    EXPECT_EQ(any.find(kAnn).error().reason, "subject_erased");
    EXPECT_EQ(any.obtain(kAnn).error().reason, "subject_erased") << "no second key";
    EXPECT_EQ(any.adopt(kAnn, wrapped).error().reason, "subject_erased");
    EXPECT_EQ(any.store().add("gatehouse/never", wrapped).error().reason, "subject_erased");
  }
}

TEST_P(SubjectKeyStoreContract, KeepsOfManyWhatIsThereAlready) {
  ASSERT_EQ(store_->add("s/1", "first").value(), "first");
  ASSERT_TRUE(store_->destroy("s/2", core::SystemTime{}));
  const auto counting = store_->add_all({{"s/0", "a"}, {"s/1", "b"}, {"s/2", "c"}, {"s/3", "d"}});
  ASSERT_EQ(counting.size(), 4U);
  EXPECT_EQ(counting[0].value(), "a");
  EXPECT_EQ(counting[1].value(), "first");
  EXPECT_EQ(counting[2].error().reason, "subject_erased");
  EXPECT_EQ(counting[3].value(), "d");
  for (const auto& [subject, wrapped] : {std::pair{"s/0", "a"}, {"s/1", "first"}, {"s/3", "d"}})
    EXPECT_EQ(store_->find(subject).value(), wrapped);
}

TEST_P(SubjectKeyStoreContract, TellsWhoWasErasedPageByPage) {
  ASSERT_TRUE(keys().obtain(kAnn));
  for (const char* subject : {"c", "a", "d", "b"}) ASSERT_TRUE(store_->destroy(subject, kNow));
  using Subjects = std::vector<std::string>;
  EXPECT_EQ(store_->erased("", 3).value(), (Subjects{"a", "b", "c"}));
  EXPECT_EQ(store_->erased("c", 3).value(), Subjects{"d"});
  EXPECT_EQ(store_->erased("d", 3).value(), Subjects{});
}

TEST_P(SubjectKeyStoreContract, GivesAllWhoRaceForAKeyTheSame) {
  constexpr std::size_t kRacers = 4;
  for (int round = 0; round < 10; ++round) {
    const crypto::RecordName name{"auth", "person", "gatehouse/" + std::to_string(round)};
    std::vector<std::string> told(kRacers);
    race(kRacers, [&](crypto::SubjectKeyStore& store, std::size_t me) {
      const auto kept = store.add(name.record, envelope_.create(name)->second);
      told[me] = kept ? *kept : std::string(kept.error().reason);
    });
    ASSERT_EQ(told, std::vector<std::string>(kRacers, store_->find(name.record).value())) << round;
  }
}

// Whoever comes first: nobody is left with a key that opens anything.
TEST_P(SubjectKeyStoreContract, LetsAnErasureWinEveryRace) {
  constexpr std::size_t kRacers = 4;
  for (int round = 0; round < 10; ++round) {
    const crypto::RecordName name{"auth", "person", "gatehouse/" + std::to_string(round)};
    std::vector<std::string> failed(kRacers);
    race(kRacers, [&](crypto::SubjectKeyStore& store, std::size_t me) {
      if (me % 2 == 0) {
        const auto destroyed = store.destroy(name.record, kNow);
        if (!destroyed) failed[me] = destroyed.error().reason;
      } else {
        const auto kept = store.add(name.record, envelope_.create(name)->second);
        if (!kept && !crypto::is_erased(kept.error())) failed[me] = kept.error().reason;
      }
    });
    EXPECT_EQ(failed, std::vector<std::string>(kRacers)) << round;
    EXPECT_EQ(store_->find(name.record).error().reason, "subject_erased") << round;
  }
}

// Far more than are read at once.
TEST(SubjectKeysInOrder, FindsTheSameAsOneByOne) {
  if (!mongo::TestServer::is_installed()) GTEST_SKIP() << "ferretdb is not installed";
  telemetry::log::configure({.level = telemetry::log::Level::error});
  mongo::TestServer server;
  const auto client = mongo::Client::open(server.options("ordered"), mongo::prepare_subject_keys).value();
  mongo::SubjectKeysInOrder keys(*client);
  std::vector<crypto::SubjectKeyStore::Key> all;
  for (int i = 0; i < 12'000; ++i) all.push_back({fmt::format("realm/{:05}", i), fmt::format("key {}", i)});
  for (const auto& counts : keys.add_all(all)) ASSERT_TRUE(counts);
  ASSERT_TRUE(keys.destroy("realm/00007", core::SystemTime{}));
  for (const auto& [subject, wrapped] : all) {
    const auto found = keys.find(subject);
    if (subject == "realm/00007") {
      EXPECT_EQ(found.error().reason, "subject_erased");
    } else {
      ASSERT_EQ(found.value(), wrapped);
    }
  }
  EXPECT_EQ(keys.find("realm/00007x").error().reason, "unknown_subject");
  EXPECT_EQ(keys.find("zzz").error().reason, "unknown_subject");
  EXPECT_EQ(keys.find("realm/00001").value(), "key 1") << "backwards, too";
  ASSERT_TRUE(keys.destroy("realm/00001", core::SystemTime{}));
  EXPECT_EQ(keys.find("realm/00001").error().reason, "subject_erased");
}

}  // namespace
}  // namespace gatehouse::storage
