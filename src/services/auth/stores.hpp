// The stores of one engine behind the ports. open_stores() is where the engine is chosen.
#pragma once

#include <memory>

#include "service/service.hpp"
#include "services/auth/adapters/person_row.hpp"
#include "services/auth/ports/attempt_store.hpp"
#include "services/auth/ports/person_store.hpp"
#include "services/auth/ports/role_store.hpp"
#include "services/auth/store_settings.hpp"
#include "storage/key_rotation.hpp"

namespace gatehouse::auth {

class Stores {
 public:
  virtual ~Stores() = default;
  virtual PersonStore& people() = 0;
  virtual RoleStore& roles() = 0;
  virtual AttemptStore& attempts() = 0;
  // What brings the blind index of addresses to the current key.
  virtual storage::Rotatable& email_index() = 0;
  // Erasures that a restored backup knows nothing of happen again. Once, before people are served.
  [[nodiscard]] virtual Awaitable<Result<void>> replay_erasures() = 0;
  // Whether the engine answers and is prepared, and the keys of people can be had. What is wrong with it and
  // may pass is `unavailable` or `timeout`.
  [[nodiscard]] virtual Awaitable<Result<void>> probe() = 0;
};

// An engine on another machine need not be there yet. What no waiting mends is an error: a file that cannot
// be opened, a newer schema in it.
[[nodiscard]] Result<std::unique_ptr<Stores>> open_stores(service::Service& service,
                                                          const StoreSettings& settings, PersonSealer sealer);

}  // namespace gatehouse::auth
