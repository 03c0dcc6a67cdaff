// Port: where orders live. Placing one is a single transaction; changing one is a function that runs inside
// the transaction, so that nobody can change the order in between.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"
#include "services/orders/domain/order.hpp"
#include "services/orders/domain/saga.hpp"

namespace gatehouse::orders {

// One request of one person, however often it is sent.
struct IdempotencyKey {
  std::string owner;
  std::string route;  // "POST /orders"
  std::string key;
};

// The answer that a key leads to, byte for byte.
struct StoredReply {
  unsigned status = 0;
  std::string location;
  std::string etag;
  std::string body;

  friend bool operator==(const StoredReply&, const StoredReply&) = default;
};

// Who works on a saga, and until when the others leave it alone. Losing it costs nothing but work: calls
// carry deterministic keys, and only the holder's result is saved.
struct Lease {
  std::string holder;  // "<instance>/<random>"
  core::SystemTime until;
};

// A saga that this process may run now.
struct SagaRun {
  Order order;
  Saga saga;
  Lease lease;
};

struct PlaceRequest {
  IdempotencyKey key;
  std::string fingerprint;   // of what was asked: another one under the same key is refused
  std::vector<Wish> wishes;  // as checked_wishes() gives them
  std::string traceparent;
  std::optional<Lease> lease;  // to run the saga at once; none: whoever comes first
  core::SystemTime now;
  core::SystemTime keys_kept_since;  // older keys are forgotten
  Deadline deadline = Deadline::never();
};

struct Placed {
  StoredReply reply;
  bool is_replay = false;      // the key was known: the reply is the first one's
  std::optional<SagaRun> run;  // of a new order that was placed with a lease
};

// Asked for in the transaction, with the products as they are then.
struct Drafted {
  Order order;
  StoredReply reply;
};
using Draft = std::function<Result<Drafted>(const std::vector<Product>&)>;

struct PagePosition {
  core::SystemTime created_at;
  std::string id;
};

struct PageQuery {
  std::optional<std::string> owner;  // nothing: everybody's
  std::optional<OrderStatus> status;
  std::optional<PagePosition> after;
  std::size_t limit = 20;
  Deadline deadline = Deadline::never();
};

struct OrderPage {
  std::vector<Order> orders;  // the newest first
  bool has_more = false;
};

using OrderChange = std::function<Result<void>(Order&, Saga&)>;

// A store on a server gives up at the deadline: `timeout`, which had no effect. The embedded ones do not
// wait.
class OrderStore {
 public:
  virtual ~OrderStore() = default;

  // One transaction: key, order, stock, saga, event. Errors: the draft's;
  // `unprocessable`/"idempotency_key_reused". After an error nothing is kept, not even the key.
  [[nodiscard]] virtual Awaitable<Result<Placed>> place(PlaceRequest request, Draft draft) = 0;

  // `not_found`/"unknown_order", also for another owner's.
  [[nodiscard]] virtual Awaitable<Result<Order>> get(std::string id, std::optional<std::string> owner,
                                                     Deadline deadline = Deadline::never()) = 0;
  [[nodiscard]] virtual Awaitable<Result<OrderPage>> list(PageQuery query) = 0;

  // Changes the order and wakes its saga, if the order still has that version: `precondition_failed`/
  // "version_mismatch" otherwise. `not_found` as for get(). The change's own error is handed through.
  [[nodiscard]] virtual Awaitable<Result<Order>> update(std::string id, std::optional<std::string> owner,
                                                        std::int64_t expected_version, core::SystemTime now,
                                                        OrderChange change,
                                                        Deadline deadline = Deadline::never()) = 0;
};

}  // namespace gatehouse::orders
