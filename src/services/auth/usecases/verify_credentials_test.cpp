#include "services/auth/usecases/verify_credentials.hpp"

#include <gtest/gtest.h>

#include "services/auth/usecases/test_house.hpp"

namespace gatehouse::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class VerifyCredentials : public testing::Test {
 protected:
  Result<Person> log_in(std::string name, std::string password, std::string address = {}) {
    LoginAttempt attempt{.realm = std::string(kRealm),
                         .login = Pii{std::move(name)},
                         .password = Secret{std::move(password)},
                         .client_address = std::move(address)};
    return TestHouse::get(verify_credentials(house_.ports, std::move(attempt)));
  }
  Result<Person> log_in_right(std::string name) { return log_in(std::move(name), std::string(kPassword)); }
  void fail_times(int times) {
    for (int i = 0; i < times; ++i) EXPECT_FALSE(log_in("alice", "wrong"));
  }
  void change(const std::string& username, std::function<void(Account&)> how) {
    AccountChange change = [how](Account& account) -> Result<AuditEvent> {
      how(account);
      return AuditEvent{.actor = "tester", .action = "person_updated", .fields = {"something"}};
    };
    ASSERT_TRUE(TestHouse::get(house_.people.update(TestHouse::key(username), change, house_.clock.now())));
  }

  TestHouse house_;
};

TEST_F(VerifyCredentials, opens_to_the_username_or_the_address_in_any_case) {
  for (const char* name : {"alice", "ALICE", "alice@example.test", "Alice@Example.Test"}) {
    EXPECT_EQ(log_in_right(name).value().id, "id-alice") << name;
  }
}

TEST_F(VerifyCredentials, gives_one_answer_after_one_amount_of_work_whatever_is_wrong) {
  house_.add("closed", {});
  change("closed", [](Account& account) { account.person.enabled = false; });
  house_.add("fresh", {});
  change("fresh", [](Account& account) { account.password_hash = Secret{}; });
  fail_times(5);  // locks alice
  struct Row {
    const char* what;
    std::string name;
    std::string password;
  };
  const Row rows[] = {{"wrong password", "bob", "wrong"},
                      {"unknown name", "nobody", "wrong"},
                      {"unknown address", "nobody@example.test", "wrong"},
                      {"a name that cannot be", "no body?", "wrong"},
                      {"locked, right password", "alice", std::string(kPassword)},
                      {"locked, wrong password", "alice", "wrong"},
                      {"closed, right password", "closed", std::string(kPassword)},
                      {"without password", "fresh", ""},
                      {"password too long", "bob", std::string(300, 'x')}};
  for (const Row& row : rows) {
    house_.hasher.checks = house_.hasher.hashes = house_.attempts.reads = house_.attempts.writes = 0;

    const auto refused = log_in(row.name, row.password);

    EXPECT_EQ(reason_of(refused), "invalid_credentials") << row.what;
    EXPECT_EQ(refused.error().kind, ErrorKind::unauthenticated) << row.what;
    EXPECT_EQ(refused.error().detail, "") << row.what;
    EXPECT_EQ(house_.hasher.checks, 1) << row.what;
    EXPECT_EQ(house_.hasher.hashes, 0) << row.what;
    EXPECT_EQ(house_.attempts.reads, 1) << row.what;
    EXPECT_EQ(house_.attempts.writes, 1) << row.what;
  }
}

TEST_F(VerifyCredentials, locks_after_five_failures_and_opens_when_the_time_has_come) {
  fail_times(5);

  EXPECT_EQ(reason_of(log_in_right("alice")), "invalid_credentials");
  house_.clock.advance(milliseconds{999});
  EXPECT_EQ(reason_of(log_in_right("alice")), "invalid_credentials");
  house_.clock.advance(milliseconds{1});
  EXPECT_TRUE(log_in_right("alice"));
  EXPECT_TRUE(log_in_right("bob"));
}

TEST_F(VerifyCredentials, forgets_the_failures_after_a_success) {
  for (int round = 0; round < 5; ++round) {
    fail_times(4);
    EXPECT_TRUE(log_in_right("alice")) << round;
  }
}

TEST_F(VerifyCredentials, counts_the_username_and_the_address_as_one_account) {
  fail_times(3);
  EXPECT_FALSE(log_in("alice@example.test", "wrong"));
  EXPECT_FALSE(log_in("Alice", "wrong"));

  EXPECT_FALSE(log_in_right("alice"));
}

TEST_F(VerifyCredentials, refuses_an_address_that_fails_with_many_names) {
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(reason_of(log_in("nobody" + std::to_string(i), "wrong", "192.0.2.7")), "invalid_credentials");
  }

  const auto refused = log_in("alice", std::string(kPassword), "192.0.2.7");

  EXPECT_EQ(reason_of(refused), "too_many_attempts");
  EXPECT_EQ(refused.error().kind, ErrorKind::rate_limited);
  EXPECT_TRUE(log_in("alice", std::string(kPassword), "192.0.2.8"));
  house_.clock.advance(seconds{10});
  EXPECT_TRUE(log_in("alice", std::string(kPassword), "192.0.2.7"));
}

TEST_F(VerifyCredentials, hashes_again_when_the_cost_changed) {
  house_.hasher.cost = "dear";

  EXPECT_TRUE(log_in_right("alice"));

  EXPECT_TRUE(house_.account("alice").password_hash.reveal().starts_with("dear:"));
  EXPECT_EQ(house_.account("alice").person.version, 1);
  EXPECT_TRUE(log_in_right("alice"));
  EXPECT_EQ(house_.hasher.hashes, 1);
}

TEST_F(VerifyCredentials, knows_people_of_the_asked_realm_only) {
  LoginAttempt attempt{.realm = "other",
                       .login = Pii{"alice"},
                       .password = Secret{std::string(kPassword)},
                       .client_address = {}};

  EXPECT_EQ(reason_of(TestHouse::get(verify_credentials(house_.ports, std::move(attempt)))),
            "invalid_credentials");
}

// A hasher that lets others fail while it works: many guesses under way at once.
class SlowHasher final : public PasswordHasher {
 public:
  explicit SlowHasher(std::function<void()> meanwhile) : meanwhile_(std::move(meanwhile)) {}
  [[nodiscard]] Awaitable<Result<Secret>> hash(Secret password) override { co_return password; }
  [[nodiscard]] Awaitable<Result<PasswordMatch>> verify(Secret, Secret) override {
    meanwhile_();
    co_return PasswordMatch{.matches = true, .is_outdated = false};
  }
  [[nodiscard]] Awaitable<Result<PasswordMatch>> verify_nobody(Secret) override { co_return PasswordMatch{}; }

 private:
  std::function<void()> meanwhile_;
};

TEST_F(VerifyCredentials, refuses_a_right_guess_if_the_account_was_locked_while_it_was_hashed) {
  SlowHasher slow([this] { fail_times(5); });
  Ports ports{.people = house_.people,
              .roles = house_.roles,
              .attempts = house_.attempts,
              .hasher = slow,
              .addresses = house_.addresses,
              .clock = house_.clock};
  LoginAttempt attempt{
      .realm = std::string(kRealm), .login = Pii{"alice"}, .password = Secret{"right"}, .client_address = {}};

  EXPECT_EQ(reason_of(TestHouse::get(verify_credentials(ports, std::move(attempt)))), "invalid_credentials");
}

}  // namespace
}  // namespace gatehouse::auth
