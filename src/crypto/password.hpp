// Password hashing: argon2id (RFC 9106), stored as a PHC string ($argon2id$v=19$m=19456,t=2,p=1$salt$hash).
//
// All calls are synchronous, take some 40 ms and cost.memory_kib of memory: run them on a BlockingPool that
// has no more threads than cores. A password is taken as bytes; it is neither trimmed nor normalised.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::crypto {

inline constexpr std::size_t kPasswordBytesMax = 256;

// The OWASP password storage cheat sheet's m=19 MiB, t=2, p=1; salt 16 bytes, hash 32 bytes.
struct PasswordHashCost {
  std::uint32_t memory_kib = 19'456;
  std::uint32_t iterations = 2;
  std::uint32_t parallelism = 1;
};

struct PasswordCheck {
  bool matches = false;
  bool needs_rehash = false;  // only when it matches: stored under a cost other than the configured one
};

// Errors: invalid `password_empty`, `password_too_long` (over 256 bytes); internal `password_hash_failed`.
[[nodiscard]] Result<std::string> hash_password(const Secret& password, const PasswordHashCost&);

// A wrong, empty or too long password is `matches == false`, not an error.
// Errors: internal `bad_password_hash` (the stored string is no argon2id PHC string, or asks for more than 1
// GiB), `password_hash_failed`.
[[nodiscard]] Result<PasswordCheck> verify_password(const Secret& password, std::string_view phc,
                                                    const PasswordHashCost&);

// Costs what verify_password() costs and never matches: for a name that nobody has, so that the duration of a
// login does not tell who exists.
[[nodiscard]] Result<PasswordCheck> verify_without_account(const Secret& password, const PasswordHashCost&);

}  // namespace gatehouse::crypto
