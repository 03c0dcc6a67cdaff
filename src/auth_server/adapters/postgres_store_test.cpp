// What the contract cannot see of the stores on PostgreSQL: a server that is killed while codes are redeemed
// and tokens rotated. Each client asks until it is answered, as clients do.
#include <atomic>
#include <thread>

#include "auth_server/adapters/store_contract.hpp"
#include "runtime/timer.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::size_t kClients = 8;

class PostgresGrants : public StoreContract {
 protected:
  // Runs `client(index)` on eight threads; kills the server whenever another third of `steps` is done.
  template <class Client>
  void with_deaths(const std::atomic<int>& done, int steps, Client client) {
    std::vector<std::jthread> clients;
    for (std::size_t i = 0; i < kClients; ++i) clients.emplace_back([&client, i] { client(i); });
    for (const int enough : {steps / 3, 2 * steps / 3}) {
      while (done < enough) std::this_thread::yield();
      OnPostgresServer::server().restart();
    }
    clients.clear();
    // The store that is looked at afterwards has perhaps not noticed yet that the server is back.
    (void)answer_to([this] { return run(at(0).grants().peek_code("test", "nobody's")); });
  }

  // The first answer; until then the server may be away, or leave open whether it has done it.
  template <class Ask>
  auto answer_to(Ask ask) {
    for (;;) {
      auto answer = ask();
      if (answer) return *std::move(answer);
      EXPECT_TRUE(answer.error().kind == ErrorKind::unavailable || answer.error().kind == ErrorKind::timeout)
          << answer.error().reason << ' ' << answer.error().detail;
      run(pause());
    }
  }
  static Awaitable<bool> pause() {
    (void)co_await runtime::sleep_for(std::chrono::milliseconds{5});
    co_return true;
  }
};

TEST_P(PostgresGrants, ATokenIsRotatedOnceThoughTheServerDiesInTheMiddle) {
  constexpr std::uint32_t kRotations = 30;
  open("s1");
  std::array<std::string, kClients> families;
  for (std::string& id : families) id = family_of("s1");
  std::atomic<int> done{0};
  with_deaths(done, kClients * kRotations, [&](std::size_t i) {
    for (std::uint32_t n = 1; n <= kRotations; ++n) {
      const auto outcome = answer_to(
          [&] { return run(at(i + n).grants().rotate("test", families[i], n, Lifetimes(), kNow)); });
      // Rotated by the question before, which was not answered: a sibling, within the leeway.
      EXPECT_TRUE(keeps_alive(outcome.rotation)) << static_cast<int>(outcome.rotation);
      ++done;
    }
  });
  for (const std::string& id : families) {
    EXPECT_EQ(family(id).generation, kRotations + 1);
    EXPECT_FALSE(family(id).revoked_at);
  }
}

TEST_P(PostgresGrants, ACodeIsRedeemedOnceThoughTheServerDiesInTheMiddle) {
  constexpr int kCodes = 30;
  open("s1");
  const auto code_of = [](std::size_t client, int n) { return fmt::format("code-{}-{}", client, n); };
  for (std::size_t i = 0; i < kClients; ++i) {
    for (int n = 0; n < kCodes; ++n) put_code(code_of(i, n), "s1");
  }
  std::atomic<int> done{0};
  std::atomic<int> redeemed{0};
  with_deaths(done, kClients * kCodes, [&](std::size_t i) {
    for (int n = 0; n < kCodes; ++n) {
      const auto outcome = answer_to([&] { return redeem(code_of(i, n), i + static_cast<std::size_t>(n)); });
      // Reused: the question before was not answered, but done. Its family is revoked, and the person signs
      // in again.
      EXPECT_TRUE(outcome.verdict == CodeVerdict::redeem || outcome.verdict == CodeVerdict::reused);
      if (outcome.verdict == CodeVerdict::redeem) ++redeemed;
      ++done;
    }
  });
  int alive = 0;
  for (std::size_t i = 0; i < kClients; ++i) {
    for (int n = 0; n < kCodes; ++n) {
      const auto code = run(at(0).grants().peek_code("test", code_of(i, n))).value();
      ASSERT_TRUE(code && code->spent_at);
      if (!family(code->family_id).revoked_at) ++alive;
    }
  }
  EXPECT_EQ(alive, redeemed) << "one living family for each answer, and no other";
}

INSTANTIATE_TEST_SUITE_P(Stores, PostgresGrants, testing::Values(kAdapters[1]), name_of_adapter);

}  // namespace
}  // namespace gatehouse::auth_server
