// Between rows and the domain: one function per statement that several adapters need. Called inside a
// transaction or a read, on a thread that may block.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/envelope.hpp"
#include "services/orders/domain/event.hpp"
#include "services/orders/domain/order.hpp"
#include "services/orders/domain/saga.hpp"
#include "services/orders/ports/order_store.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace gatehouse::orders::rows {

using storage::sqlite::Connection;

[[nodiscard]] Result<std::optional<Product>> find_product(Connection& connection, const std::string& sku);
[[nodiscard]] Result<std::vector<Product>> all_products(Connection& connection);
[[nodiscard]] Result<bool> add_product(Connection& connection, const Product& product);
// `conflict`/"out_of_stock" when reserving; `internal`/"stock_invariant" when the books do not allow the
// move.
[[nodiscard]] Result<void> move_stock(Connection& connection, const Order& order, StockMove move);

[[nodiscard]] Result<std::optional<Order>> find_order(Connection& connection,
                                                      const crypto::Envelope& envelope,
                                                      const std::string& id);
// One more than the page's limit, if there are; without those that do not open.
[[nodiscard]] Result<std::vector<Order>> list_orders(Connection& connection, const crypto::Envelope& envelope,
                                                     const PageQuery& query);
[[nodiscard]] Result<void> add_order(Connection& connection, const crypto::Envelope& envelope,
                                     const Order& order);
// Writes what can change, if the row still has `version`; `internal`/"lost_update" otherwise.
[[nodiscard]] Result<void> write_order(Connection& connection, const Order& order, std::int64_t version);

// A saga as it is stored: held by someone, or free.
struct SagaRow {
  Saga saga;
  std::optional<std::string> holder;
};
[[nodiscard]] Result<std::optional<SagaRow>> find_saga(Connection& connection, const std::string& order_id);
[[nodiscard]] Result<void> add_saga(Connection& connection, const SagaRow& row);
[[nodiscard]] Result<void> write_saga(Connection& connection, const SagaRow& row);

struct ReplyRow {
  StoredReply reply;
  std::string fingerprint;
  core::SystemTime created_at;
};
[[nodiscard]] Result<std::optional<ReplyRow>> find_reply(Connection& connection, const IdempotencyKey& key);
// Replaces one that has been forgotten.
[[nodiscard]] Result<void> add_reply(Connection& connection, const IdempotencyKey& key, const ReplyRow& row);

// The sequence of the last event, also of one that was purged since.
[[nodiscard]] Result<std::int64_t> feed_position(Connection& connection);
[[nodiscard]] Result<void> add_event(Connection& connection, const OrderEvent& event);

}  // namespace gatehouse::orders::rows
