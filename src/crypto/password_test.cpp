#include "crypto/password.hpp"

#include <gtest/gtest.h>

namespace gatehouse::crypto {
namespace {

// As cheap as argon2 allows: the cost is not what is tested here.
constexpr PasswordHashCost kCheap{.memory_kib = 8, .iterations = 1, .parallelism = 1};

TEST(Password, MatchesOnlyItself) {
  const std::string phc = hash_password(Secret("correct horse"), kCheap).value();
  EXPECT_TRUE(phc.starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << phc;
  EXPECT_TRUE(verify_password(Secret("correct horse"), phc, kCheap)->matches);
  EXPECT_FALSE(verify_password(Secret("Correct horse"), phc, kCheap)->matches);
  EXPECT_FALSE(verify_password(Secret("correct horse "), phc, kCheap)->matches);
  EXPECT_FALSE(verify_password(Secret(""), phc, kCheap)->matches);
  EXPECT_NE(hash_password(Secret("correct horse"), kCheap), phc) << "salted";
}

TEST(Password, ChecksAHashMadeByTheReferenceTool) {
  // echo -n password | argon2 somesalt -id -t 2 -m 16 -p 4 -l 24, from the reference implementation's tests
  constexpr std::string_view kPhc =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  const auto check = verify_password(Secret("password"), kPhc, PasswordHashCost{});
  ASSERT_TRUE(check);
  EXPECT_TRUE(check->matches);
  EXPECT_TRUE(check->needs_rehash) << "its cost is not ours";
}

TEST(Password, AsksForARehashOnlyWhenItMatchesUnderAnotherCost) {
  const std::string phc = hash_password(Secret("secret"), kCheap).value();
  PasswordHashCost dearer = kCheap;
  dearer.iterations = 2;
  EXPECT_FALSE(verify_password(Secret("secret"), phc, kCheap)->needs_rehash);
  EXPECT_TRUE(verify_password(Secret("secret"), phc, dearer)->needs_rehash);
  EXPECT_FALSE(verify_password(Secret("wrong"), phc, dearer)->needs_rehash);
}

TEST(Password, TakesBytesUpTo256AndNoMore) {
  const std::string longest(kPasswordBytesMax, 'x');
  const std::string phc = hash_password(Secret(longest), kCheap).value();
  EXPECT_TRUE(verify_password(Secret(longest), phc, kCheap)->matches);
  EXPECT_FALSE(verify_password(Secret(longest + "x"), phc, kCheap)->matches);
  EXPECT_EQ(hash_password(Secret(longest + "x"), kCheap).error().reason, "password_too_long");
  EXPECT_EQ(hash_password(Secret(""), kCheap).error().reason, "password_empty");
  const std::string with_nul("a\0b", 3);
  const std::string nul_phc = hash_password(Secret(with_nul), kCheap).value();
  EXPECT_FALSE(verify_password(Secret("a"), nul_phc, kCheap)->matches);
  EXPECT_TRUE(verify_password(Secret(with_nul), nul_phc, kCheap)->matches);
}

TEST(Password, RefusesStoredTextThatIsNoArgon2idHashOrAsksForTooMuch) {
  for (const std::string_view phc :
       {"", "plaintext", "$2b$10$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA",
        "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=8,t=100000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=8,t=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$!!!!", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$"}) {
    const auto check = verify_password(Secret("password"), phc, kCheap);
    ASSERT_FALSE(check) << phc;
    EXPECT_EQ(check.error().reason, "bad_password_hash") << phc;
  }
}

TEST(Password, NobodysPasswordNeverMatches) {
  const auto check = verify_without_account(Secret("anything"), kCheap);
  ASSERT_TRUE(check);
  EXPECT_FALSE(check->matches);
}

TEST(Password, DefaultCostIsThatOfOwasp) {
  const std::string phc = hash_password(Secret("x"), PasswordHashCost{}).value();
  EXPECT_TRUE(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << phc;
}

}  // namespace
}  // namespace gatehouse::crypto
