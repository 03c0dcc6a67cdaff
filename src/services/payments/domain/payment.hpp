// The payment: one aggregate, stored as one item, changed under its version. It holds all that belongs to it:
// the attempts at the provider, the refunds, the books, the events not yet published and the requests already
// answered.
//
// Everything here is synchronous and takes the time as an argument. What a change begins is written before
// the provider is asked (open, begin_…); what the provider said is written after it (conclude).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/payments/domain/attempt.hpp"
#include "services/payments/domain/idempotency.hpp"
#include "services/payments/domain/ledger.hpp"
#include "services/payments/domain/status.hpp"

namespace gatehouse::payments {

enum class RefundState : std::uint8_t { pending, unknown, succeeded, failed };

struct Refund {
  std::string id;
  Money amount;
  std::string reason;
  RefundState state = RefundState::pending;
  std::string failure_code;
  core::SystemTime created_at;
  core::SystemTime updated_at;
};

// Something that others may want to know; published at least once, in order.
struct Event {
  std::int64_t sequence;
  std::string type;  // "payment.captured"
  core::SystemTime at;
  Money amount;
};

struct PaymentLimits {
  std::size_t refunds_max = 100;  // of one payment: an item is bounded
};

// All that is stored of a payment. Adapters read and write it; only Payment changes it.
struct PaymentState {
  std::string id;
  std::string owner;  // the principal that created it
  std::string reference;
  Money amount;
  CaptureMode capture_mode = CaptureMode::automatic;
  Secret payment_method;  // the provider's token; never a card number
  Pii description;
  Status status = Status::processing;
  std::string charge_id;  // the provider's name for the charge, once known
  std::string decline_code;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::vector<Attempt> attempts;
  std::vector<Refund> refunds;
  Ledger ledger;
  std::vector<Event> outbox;
  std::int64_t events = 0;  // ever recorded: the last sequence number
  std::vector<IdempotencyRecord> requests;
  core::SystemTime created_at;
  core::SystemTime updated_at;
  std::int64_t version = 1;
};

struct NewPayment {
  std::string id;
  std::string owner;
  std::string reference;
  Money amount;
  CaptureMode capture_mode;
  Secret payment_method;
  Pii description;
};

// A request that changes a payment, as far as it is remembered.
struct RequestMark {
  std::string scope;
  std::string fingerprint;
  std::string traceparent = {};
};

class Payment {
 public:
  explicit Payment(PaymentState state) : state_(std::move(state)) {}

  // A payment whose charge is dispatched and claimed, and which remembers the request that opened it.
  [[nodiscard]] static Payment open(NewPayment wanted, RequestMark request, Claim claim,
                                    core::SystemTime now);

  // Each begins one step at the provider on behalf of `request` and answers with its provider key.
  // conflict: `payment_in_progress` (try later), `payment_not_capturable`, `payment_not_cancelable`,
  // `payment_not_refundable`; unprocessable: `amount_too_large`, `too_many_refunds`.
  [[nodiscard]] Result<std::string> begin_capture(std::optional<std::int64_t> minor, RequestMark request,
                                                  Claim claim, core::SystemTime now);
  [[nodiscard]] Result<std::string> begin_cancel(RequestMark request, Claim claim, core::SystemTime now);
  // Without an amount: all that is left. The amount is reserved at once: refunded and pending never exceed
  // captured.
  [[nodiscard]] Result<std::string> begin_refund(std::string refund_id, std::optional<std::int64_t> minor,
                                                 std::string reason, RequestMark request, Claim claim,
                                                 core::SystemTime now);

  // Takes an open attempt over. conflict/`attempt_claimed` while another's claim is alive, `attempt_closed`
  // if it has its verdict.
  [[nodiscard]] Result<void> claim(std::string_view provider_key, Claim claim, core::SystemTime now);

  // Writes down what the provider said. The second verdict on one attempt changes nothing; internal/
  // `contradicting_verdict` if it is another than the first. A confirmed amount that is not what was asked
  // for is no success: the attempt stays open for people to look at.
  [[nodiscard]] Result<void> conclude(std::string_view provider_key, const Outcome& outcome,
                                      core::SystemTime now);

  // Stores the answer of the request that began the attempt, once the attempt has its verdict.
  using WriteAnswer = std::function<StoredAnswer(const Payment&, const Attempt&)>;
  void store_answer(std::string_view provider_key, const WriteAnswer& write_answer);

  // Events up to `sequence` were published.
  void forget_events(std::int64_t sequence);

  // A store calls this before a change, so that the change sees the version that will be written.
  void advance_version() { ++state_.version; }

  [[nodiscard]] const PaymentState& state() const { return state_; }
  [[nodiscard]] const Attempt* attempt(std::string_view provider_key) const;
  [[nodiscard]] const Refund* refund(std::string_view id) const;
  [[nodiscard]] const IdempotencyRecord* request(std::string_view scope) const;
  [[nodiscard]] Repeat judge(const IdempotencyRecord& known, std::string_view fingerprint,
                             std::string_view asker, core::SystemTime now) const;
  [[nodiscard]] Instruction instruction(const Attempt& attempt) const;

  // When this payment needs attention: an attempt to look after or events to publish. Nothing: never.
  [[nodiscard]] std::optional<core::SystemTime> next_check_at() const;
  [[nodiscard]] std::int64_t refund_pending() const;
  // internal/`broken_invariant` with the rule in the detail. Checked before every write.
  [[nodiscard]] Result<void> check_invariants() const;

 private:
  [[nodiscard]] Result<void> move_on(Happening what);
  Attempt& add_attempt(Operation operation, std::int64_t minor, RequestMark request, Claim claim,
                       core::SystemTime now);
  Attempt* find_attempt(std::string_view provider_key);
  Refund* find_refund(std::string_view id);
  void record(std::string_view type, const Money& amount, core::SystemTime now);
  Result<void> succeed(Attempt& attempt, const Done& done, core::SystemTime now);
  Result<void> decline(Attempt& attempt, const Declined& declined, core::SystemTime now);
  void leave_open(Attempt& attempt, std::chrono::seconds wait, core::SystemTime now);
  Result<void> put_off(Attempt& attempt, core::SystemTime now);
  Result<void> lose(Attempt& attempt, core::SystemTime now);
  Result<void> book_capture(Attempt& attempt, core::SystemTime now);
  Result<void> book_refund(Attempt& attempt, core::SystemTime now);

  PaymentState state_;
};

[[nodiscard]] std::string_view name_of(RefundState);

}  // namespace gatehouse::payments
