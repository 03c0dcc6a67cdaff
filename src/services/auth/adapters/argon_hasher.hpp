// argon2id on threads of its own: as many as cores, so that a rush of logins waits in a bounded queue instead
// of taking the machine's memory (threads × cost) and processor.
#pragma once

#include "crypto/password.hpp"
#include "runtime/blocking_pool.hpp"
#include "services/auth/ports/password_hasher.hpp"

namespace gatehouse::auth {

class ArgonHasher final : public PasswordHasher {
 public:
  ArgonHasher(BlockingPool& threads, crypto::PasswordHashCost cost) : threads_(threads), cost_(cost) {}

  [[nodiscard]] Awaitable<Result<Secret>> hash(Secret password) override;
  [[nodiscard]] Awaitable<Result<PasswordMatch>> verify(Secret password, Secret hash) override;
  [[nodiscard]] Awaitable<Result<PasswordMatch>> verify_nobody(Secret password) override;

 private:
  BlockingPool& threads_;
  crypto::PasswordHashCost cost_;
};

}  // namespace gatehouse::auth
