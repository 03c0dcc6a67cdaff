// Slow hashing of passwords, somewhere that may be slow. All three calls take the same time.
#pragma once

#include "core/result.hpp"
#include "core/secret.hpp"
#include "runtime/awaitable.hpp"

namespace gatehouse::auth {

struct PasswordMatch {
  bool matches = false;
  bool is_outdated = false;  // hashed at another cost than today's
};

class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  // `hashing_busy` (unavailable) when too many wait already, here and below.
  [[nodiscard]] virtual Awaitable<Result<Secret>> hash(Secret password) = 0;
  [[nodiscard]] virtual Awaitable<Result<PasswordMatch>> verify(Secret password, Secret hash) = 0;
  // For a name that nobody has: as long as verify(), and never a match.
  [[nodiscard]] virtual Awaitable<Result<PasswordMatch>> verify_nobody(Secret password) = 0;
};

}  // namespace gatehouse::auth
