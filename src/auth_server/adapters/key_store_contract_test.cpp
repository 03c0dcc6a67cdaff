// What every store of signing keys promises; and that instances which rotate at once agree.
#include <mutex>
#include <optional>

#include "auth_server/adapters/store_contract.hpp"
#include "auth_server/keys/keys.hpp"
#include "storage/test_peers/raw_files.hpp"

namespace gatehouse::auth_server {
namespace {

KeyRow row_as(std::string kid, seconds after = seconds{0}) {
  return {.kid = std::move(kid),
          .algorithm = crypto::Algorithm::es256,
          .signs_from = kNow + after,
          .wrapped = std::string("w\0\xe5", 3),
          .sealed = std::string("s\0\xff", 3)};
}

std::vector<std::string> kids_of(const std::vector<KeyRow>& rows) {
  std::vector<std::string> kids;
  for (const KeyRow& row : rows) kids.push_back(row.kid);
  return kids;
}

using Kids = std::vector<std::string>;

class KeyContract : public StoreContract {
 protected:
  Result<std::vector<KeyRow>> change(DecideKeys decide, std::size_t turn = 0) {
    return run(at(turn).keys().change("test", std::move(decide), kNow));
  }
  void add(const KeyRow& row) {
    ASSERT_TRUE(change([row](const auto&) { return KeyChange{.add = row, .drop = {}}; }));
  }
  std::vector<KeyRow> load(std::size_t turn, std::string realm = "test") {
    return run(at(turn).keys().load(std::move(realm))).value();
  }
};

TEST_P(KeyContract, KeysAreKeptAsTheyAreAndInTheOrderOfTheirTime) {
  add(row_as("late", seconds{100}));
  add(row_as("early"));
  const auto rows = load(1);
  ASSERT_EQ(kids_of(rows), (Kids{"early", "late"}));
  EXPECT_EQ(rows[1].signs_from, kNow + seconds{100});
  EXPECT_EQ(rows[1].wrapped, row_as("late").wrapped);
  EXPECT_EQ(rows[1].sealed, row_as("late").sealed);
  EXPECT_EQ(rows[1].algorithm, crypto::Algorithm::es256);
  EXPECT_TRUE(load(1, "second").empty());
  restart();
  EXPECT_EQ(kids_of(load(0)), (Kids{"early", "late"}));
}

TEST_P(KeyContract, AChangeSeesTheRowsAndAnswersWithThoseAfterIt) {
  add(row_as("old"));
  const auto replace = [](const std::vector<KeyRow>& rows) {
    return KeyChange{.add = row_as("new", seconds{1}), .drop = kids_of(rows)};
  };
  EXPECT_EQ(kids_of(change(replace, 1).value()), Kids{"new"});
  EXPECT_EQ(kids_of(load(0)), Kids{"new"});
}

TEST_P(KeyContract, OfTwentyWhoAddTheKeyThatIsDueOneDoes) {
  std::mutex mutex;
  std::vector<Kids> answers;
  together([&](std::size_t i) {
    const auto rows = change(
        [i](const std::vector<KeyRow>& known) {
          return KeyChange{.add = known.empty() ? std::optional(row_as(std::to_string(i))) : std::nullopt,
                           .drop = {}};
        },
        i);
    ASSERT_TRUE(rows) << rows.error().reason << ' ' << rows.error().detail;
    const std::scoped_lock lock(mutex);
    answers.push_back(kids_of(*rows));
  });
  EXPECT_EQ(answers, std::vector<Kids>(kThreads, kids_of(load(0))));
  EXPECT_EQ(load(0).size(), 1U);
}

TEST_P(KeyContract, OfTwentyWhoMakeARealmsSecretOneDoes) {
  EXPECT_FALSE(run(at(0).keys().find_secret("test")).value());
  std::mutex mutex;
  std::vector<std::string> answers;
  together([&](std::size_t i) {
    const SealedSecret fresh{"wrapped", std::to_string(i)};
    const auto kept = run(at(i).keys().keep_secret("test", fresh, kNow));
    ASSERT_TRUE(kept) << kept.error().reason << ' ' << kept.error().detail;
    const std::scoped_lock lock(mutex);
    answers.push_back(kept->sealed);
  });
  const auto known = run(at(1).keys().find_secret("test")).value();
  ASSERT_TRUE(known);
  EXPECT_EQ(answers, std::vector<std::string>(kThreads, known->sealed));
  EXPECT_FALSE(run(at(1).keys().find_secret("second")).value());
}

// Two auth servers with the same ring of field keys.
class SharedKeys : public KeyContract {
 protected:
  void refresh_both(core::SystemTime now) {
    const auto refresh = [&](std::size_t i) {
      const auto done = run((i == 0 ? first_ : second_)->refresh("test", now));
      EXPECT_TRUE(done) << done.error().reason << ' ' << done.error().detail;
    };
    const std::jthread other(refresh, 1);
    refresh(0);
  }
  void start_both() {
    first_.emplace(at(0).keys(), pool_, crypto::Envelope(ring_), KeyPolicy{});
    second_.emplace(at(1).keys(), pool_, crypto::Envelope(ring_), KeyPolicy{});
  }
  static const RealmKeys& of(const std::optional<Keys>& keys) { return **keys->of("test"); }

  std::shared_ptr<const crypto::KeyRing> ring_ =
      std::make_shared<const crypto::KeyRing>(crypto::KeyRing::fresh());
  runtime::BlockingPool pool_{"keys-test"};
  std::optional<Keys> first_;
  std::optional<Keys> second_;
};

TEST_P(SharedKeys, OfInstancesThatRotateAtOnceAreTheSame) {
  start_both();
  refresh_both(kNow);
  EXPECT_EQ(of(first_).jwks(), of(second_).jwks());
  EXPECT_EQ(load(0).size(), std::size(kSigningAlgorithms));
  EXPECT_EQ(of(first_).derived("x").reveal(), of(second_).derived("x").reveal());

  const auto due = kNow + KeyPolicy{}.rotation_period;
  refresh_both(due);
  EXPECT_EQ(of(first_).jwks(), of(second_).jwks());
  EXPECT_EQ(load(0).size(), 2 * std::size(kSigningAlgorithms)) << "one new key of each algorithm";
  const std::string jwks = of(first_).jwks();
  restart();
  start_both();
  refresh_both(due);
  EXPECT_EQ(of(second_).jwks(), jwks);
}

TEST_P(SharedKeys, NothingThatOpensAnythingIsReadableInTheFiles) {
  start_both();
  refresh_both(kNow);
  open("s-at-rest");
  put_code("code-7f3a91", "s-at-rest");
  const std::string kid = load(0).front().kid;
  instances_.clear();

  const std::string bytes = storage::test_peers::bytes_below(engine_->files());

  EXPECT_NE(bytes.find(kid), std::string::npos) << "what is in clear by design is found";
  EXPECT_NE(bytes.find("s-at-rest"), std::string::npos);
  for (const char* hidden : {"PRIVATE KEY", "cookie-s-at-rest", "code-7f3a91"})
    EXPECT_EQ(bytes.find(hidden), std::string::npos) << hidden;
}

INSTANTIATE_TEST_SUITE_P(Stores, KeyContract, testing::ValuesIn(kAdapters), name_of_adapter);
INSTANTIATE_TEST_SUITE_P(Stores, SharedKeys, testing::ValuesIn(kAdapters), name_of_adapter);

}  // namespace
}  // namespace gatehouse::auth_server
