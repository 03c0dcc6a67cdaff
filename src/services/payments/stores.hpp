// The store that the settings name, with all that it stands on.
#pragma once

#include <functional>
#include <memory>

#include "service/keys/role_keys.hpp"
#include "service/service.hpp"
#include "services/payments/ports/payment_store.hpp"
#include "services/payments/settings.hpp"
#include "storage/dynamodb/table_shape.hpp"

namespace gatehouse::payments {

class OpenStore {
 public:
  virtual ~OpenStore() = default;
  [[nodiscard]] virtual PaymentStore& store() = 0;
  // Calls `on_ready` once the store can be used: at once, or when its server is there. Until then the role is
  // alive and not ready, and the log says why.
  virtual void start(std::function<void()> on_ready) = 0;
};

// `keys` re-wraps the data keys of the payments in the background. Throws service::StartError for what
// waiting does not mend: a broken file, a certificate that is not there.
[[nodiscard]] std::unique_ptr<OpenStore> open_store(const StoreSettings& settings, service::Service& service,
                                                    service::RoleKeys& keys);

// What the table on DynamoDB must look like.
[[nodiscard]] storage::dynamodb::TableShape table_shape();

}  // namespace gatehouse::payments
