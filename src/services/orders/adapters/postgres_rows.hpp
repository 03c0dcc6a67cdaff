// Between rows and the domain: statements that several adapters need, and readers of what they give back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/envelope.hpp"
#include "services/orders/domain/event.hpp"
#include "services/orders/domain/order.hpp"
#include "services/orders/domain/saga.hpp"
#include "services/orders/ports/order_store.hpp"
#include "storage/postgres/statement.hpp"

namespace gatehouse::orders::postgres_rows {

using storage::postgres::Batch;
using storage::postgres::Rows;

// A saga as it is stored: held by someone, or free.
struct SagaRow {
  Saga saga;
  std::optional<std::string> holder;
};

struct ReplyRow {
  StoredReply reply;
  std::string fingerprint;
  core::SystemTime created_at;
};

// Each for a statement of its own: the columns that the readers below expect, first to last.
inline constexpr std::string_view kProductColumns = "sku, name, price, currency, available, reserved, sold";
inline constexpr std::string_view kOrderColumns =
    "id, owner, status, lines, total, currency, data_key, payment_method, payment_id, failure, holding, "
    "created_at, updated_at, version";

[[nodiscard]] Result<Product> read_product(const Rows& rows, std::size_t row);
[[nodiscard]] Result<std::vector<Product>> read_products(const Rows& rows);
[[nodiscard]] Result<Order> read_order(const Rows& rows, std::size_t row, const crypto::Envelope& envelope);
[[nodiscard]] Result<std::vector<Order>> read_orders(const Rows& rows, const crypto::Envelope& envelope);
[[nodiscard]] Result<SagaRow> read_saga(const Rows& rows, std::size_t row);

// The order and its saga, in this order, locked until the transaction ends: whoever changes one of them takes
// both, the order first, so that two of them never wait for each other.
void add_locked_order(Batch& batch, const std::string& id);
struct LockedOrder {
  Order order;
  SagaRow saga;
};
// Of the two results of add_locked_order(); nothing if there is no such order.
[[nodiscard]] Result<std::optional<LockedOrder>> read_locked_order(const std::vector<Rows>& rows,
                                                                   const crypto::Envelope& envelope);

void add_products(Batch& batch, const std::vector<std::string>& skus);
// One statement per line, by SKU. check_stock() reads their results from `first` on:
// `conflict`/"out_of_stock" when reserving; `internal`/"stock_invariant" when the books do not allow the
// move.
void add_stock_moves(Batch& batch, const Order& order, StockMove move);
[[nodiscard]] Result<void> check_stock(const std::vector<Rows>& rows, std::size_t first, const Order& order,
                                       StockMove move);

[[nodiscard]] Result<void> add_new_order(Batch& batch, const crypto::Envelope& envelope, const Order& order);
// What can change. The row is locked, and so still has the version that was read.
void add_order_change(Batch& batch, const Order& order);
void add_new_saga(Batch& batch, const SagaRow& row);
void add_saga_change(Batch& batch, const SagaRow& row);
void add_event(Batch& batch, const OrderEvent& event);

void add_reply_query(Batch& batch, const IdempotencyKey& key);
[[nodiscard]] std::optional<ReplyRow> read_reply(const Rows& rows);
// Replaces one that is older than `kept_since`; touches no row if there is a younger one.
void add_reply(Batch& batch, const IdempotencyKey& key, const ReplyRow& row, core::SystemTime kept_since);

}  // namespace gatehouse::orders::postgres_rows
