// Where wrong passwords are counted, per account: shared by all instances and kept over a restart, so that
// neither is a way around the lock.
#pragma once

#include <functional>
#include <string>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "services/auth/domain/lockout.hpp"

namespace gatehouse::auth {

struct AttemptKey {
  std::string realm;
  std::string account;  // a person's id, or a slot for names that nobody has
};

// Runs inside the store's transaction, maybe more than once: values only.
using RecordChange = std::function<void(FailureRecord&)>;

class AttemptStore {
 public:
  virtual ~AttemptStore() = default;
  // A clean record for an account that never failed.
  [[nodiscard]] virtual Awaitable<Result<FailureRecord>> find(AttemptKey key) = 0;
  // Answers with the record as it was before. It writes even if nothing changed, so that the duration of a
  // refused login does not tell why it was refused.
  [[nodiscard]] virtual Awaitable<Result<FailureRecord>> update(AttemptKey key, RecordChange change) = 0;
};

}  // namespace gatehouse::auth
