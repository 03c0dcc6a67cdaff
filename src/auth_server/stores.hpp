// The stores of the auth server on the engine that its settings name: one function per engine.
#pragma once

#include <functional>
#include <memory>

#include "auth_server/ports/device_store.hpp"
#include "auth_server/ports/grant_store.hpp"
#include "auth_server/ports/key_store.hpp"
#include "auth_server/ports/session_store.hpp"
#include "service/keys/role_keys.hpp"
#include "service/service.hpp"
#include "service/sql_store.hpp"

namespace gatehouse::auth_server {

struct Stores {
  std::shared_ptr<SessionStore> sessions;
  std::shared_ptr<GrantStore> grants;
  std::shared_ptr<DeviceStore> devices;
  std::shared_ptr<KeyStore> keys;
  // Returns when the engine serves, or `cancelled`. Empty: it is part of this process and always does.
  std::function<Awaitable<Result<void>>()> wait_until_ready = {};
};

// `keys` re-wraps the data keys of the store in the background. Throws service::StartError.
[[nodiscard]] Stores open_stores(service::Service& service, const service::SqlStoreSettings& settings,
                                 service::RoleKeys& keys);

}  // namespace gatehouse::auth_server
