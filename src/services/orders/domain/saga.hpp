// The saga of an order: which call to the payments service comes next, and what its outcome means.
//
//   authorizing ──▶ capturing ──▶ finished (confirmed)
//        │              │
//        ╰──▶ voiding ◀─╯──▶ refunding ──▶ finished (cancelled)
//
// One worker path decides everything, so that capture and cancel never race: a cancel only marks the order,
// and the saga, which reads that mark in the transaction that saves a step, turns back. What is local
// (selling or returning stock, the status of the order) is no step of its own: it happens in the transaction
// that ends a step. Everything here is pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "services/orders/domain/order.hpp"

namespace gatehouse::orders {

enum class SagaStep { authorizing, capturing, voiding, refunding, finished };

// How the next run of a step goes on.
enum class Approach {
  act,  // make the call, with the key of this round: harmless if an earlier try had its effect
  ask,  // read the payment first
};

// The payments service remembers an idempotency key for a day at least. After this time the saga of an order
// that is still not authorised asks for the payment by its reference before it sends the key again.
inline constexpr std::chrono::hours kKeyIsTrusted{20};

struct Saga {
  std::string order_id;
  SagaStep step = SagaStep::authorizing;
  Approach approach = Approach::act;
  std::int64_t round = 1;    // part of the key; grows only when the last round surely had no effect
  std::int64_t attempt = 0;  // tries of this step without progress: decides how long to wait
  bool is_sent = false;      // the payments service may have heard of this order
  std::optional<std::string> payment_id;
  core::SystemTime next_run_at;
  core::SystemTime created_at;
  std::string traceparent;  // of the request that placed the order: its trace goes on here

  friend bool operator==(const Saga&, const Saga&) = default;
};

// Whether the order is to be fulfilled or undone.
enum class Intent { fulfil, undo };
[[nodiscard]] Intent intent_of(const Order& order);

enum class OutcomeKind {
  done,         // the step has its effect
  captured,     // the payment is captured already
  voided,       // the money is not held (any more)
  declined,     // the provider said no
  refused,      // the payments service said no, without an effect
  not_done,     // surely without an effect so far
  unknown,      // it may have happened: repeat with the same key
  outstanding,  // the payments service does not know yet either: ask again
  missing,      // asked for a payment that is not there
  unavailable,  // surely not sent
  mismatched,   // done, but not for the amount of the order
};

struct Outcome {
  OutcomeKind kind = OutcomeKind::unknown;
  std::string payment_id;  // empty if the answer named none
  std::string code;        // why not, for declined and refused
};

enum class Pace { at_once, back_off };

// What follows from an outcome.
struct Decision {
  SagaStep step = SagaStep::authorizing;
  Pace pace = Pace::at_once;
  Approach approach = Approach::act;
  bool is_new_round = false;
  std::optional<OrderStatus> order = std::nullopt;  // what the order becomes
  std::string_view failure = {};                    // why; the outcome's code, if it has one, is preferred

  friend bool operator==(const Decision&, const Decision&) = default;
};

// After how many refused rounds of capturing the saga gives the money back instead.
inline constexpr std::int64_t kCaptureRoundsMax = 5;

// The whole table: every step, intent and outcome has its row.
[[nodiscard]] Decision decide(SagaStep step, Intent intent, OutcomeKind outcome);

enum class CallKind { none, authorize, capture, cancel, refund, find };

// The call that the saga makes now. `none`: nothing needs to be asked of anyone; the outcome is `not_done`.
[[nodiscard]] CallKind next_call(const Saga& saga, const Order& order);

// "ord:<order>:<step>", from the second round on with ":<round>": the same for every process that ever runs
// it.
[[nodiscard]] std::string idempotency_key(std::string_view order_id, SagaStep step, std::int64_t round);

// What a transaction has to do besides storing order and saga.
struct Progress {
  Pace pace = Pace::at_once;
  StockMove move = StockMove::none;
  bool is_order_changed = false;  // an event tells the world
};

// Applies an outcome to both. Fails (`internal`) if the order cannot follow, which is a bug.
[[nodiscard]] Result<Progress> advance(Order& order, Saga& saga, const Outcome& outcome,
                                       core::SystemTime now);

// The saga of an order that was just placed.
[[nodiscard]] Saga begin_saga(const Order& order, std::string traceparent);
// Takes up a saga after its order was asked to cancel, finished ones included.
void reopen(Saga& saga, const Order& order, core::SystemTime now);

[[nodiscard]] std::string_view name_of(SagaStep);
[[nodiscard]] std::optional<SagaStep> step_of(std::string_view name);
[[nodiscard]] std::string_view name_of(OutcomeKind);

}  // namespace gatehouse::orders
