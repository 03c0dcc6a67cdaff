#include "services/auth/adapters/argon_hasher.hpp"

#include <semaphore>

#include <gtest/gtest.h>

#include "runtime/worker.hpp"

namespace gatehouse::auth {
namespace {

constexpr crypto::PasswordHashCost kCheap{.memory_kib = 8, .iterations = 1, .parallelism = 1};

template <class T>
T get(Awaitable<T> task) {
  return runtime::run_to_end(std::move(task));
}

TEST(ArgonHasher, knows_its_own_hashes) {
  BlockingPool threads("test-hashing");
  ArgonHasher hasher(threads, kCheap);
  const auto hash = get(hasher.hash(Secret{"right"})).value();

  const auto right = get(hasher.verify(Secret{"right"}, hash)).value();
  const auto wrong = get(hasher.verify(Secret{"wrong"}, hash)).value();
  const auto nobody = get(hasher.verify_nobody(Secret{"right"})).value();

  EXPECT_TRUE(hash.reveal().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
  EXPECT_TRUE(right.matches);
  EXPECT_FALSE(right.is_outdated);
  EXPECT_FALSE(wrong.matches);
  EXPECT_FALSE(nobody.matches);
}

TEST(ArgonHasher, notices_a_hash_of_another_cost) {
  BlockingPool threads("test-hashing");
  ArgonHasher before(threads, kCheap);
  ArgonHasher now(threads, {.memory_kib = 16, .iterations = 1, .parallelism = 1});
  const auto hash = get(before.hash(Secret{"right"})).value();

  EXPECT_TRUE(get(now.verify(Secret{"right"}, hash)).value().is_outdated);
  EXPECT_FALSE(get(now.verify(Secret{"wrong"}, hash)).value().is_outdated);
}

TEST(ArgonHasher, refuses_when_too_many_wait) {
  std::binary_semaphore started{0};
  std::binary_semaphore release{0};
  BlockingPool threads("test-hashing", {.threads = 1, .queue_max = 1});  // joins before they go
  ArgonHasher hasher(threads, kCheap);
  ASSERT_TRUE(threads.submit([&] {
    started.release();
    release.acquire();
  }));
  started.acquire();
  ASSERT_TRUE(threads.submit([] {}));

  const auto refused = get(hasher.hash(Secret{"right"}));
  release.release();

  EXPECT_EQ(refused.error().reason, "hashing_busy");
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace gatehouse::auth
