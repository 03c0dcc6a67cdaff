// The provider's store: charges, refunds, the append-only statement, and what was answered under which
// idempotency key. One write transaction holds the effect, its statement line and the remembered answer, so a
// kill leaves all or none.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "provider_sim/charge.hpp"
#include "runtime/awaitable.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::provider_sim {

// What a POST is answered with, as remembered under its key.
struct BankAnswer {
  unsigned status = 200;
  std::string body;
  bool is_replay = false;
};

// One POST. Without a key nothing is remembered.
struct BankRequest {
  std::string key;
  std::string fingerprint;
  core::SystemTime now;
};

struct ChargeOrder {
  Money amount;
  bool captures = true;
  std::string payment_method;
  std::string reference;
  std::string payment_id;
  std::string decline_code;  // not empty: this is what comes of it
};

enum class AnswerAs : std::uint8_t {
  usual,
  failure
};  // failure: 500 is remembered, though the effect stands

class Bank {
 public:
  explicit Bank(storage::sqlite::AsyncDatabase& database) : database_(database) {}

  using Answered = Awaitable<Result<BankAnswer>>;
  [[nodiscard]] Answered charge(BankRequest request, ChargeOrder order, AnswerAs as);
  [[nodiscard]] Answered capture(BankRequest request, std::string charge, std::optional<std::int64_t> minor,
                                 AnswerAs as);
  [[nodiscard]] Answered cancel(BankRequest request, std::string charge, AnswerAs as);
  [[nodiscard]] Answered refund(BankRequest request, std::string charge, std::optional<std::int64_t> minor,
                                AnswerAs as);

  [[nodiscard]] Awaitable<Result<std::optional<Charge>>> find_charge(std::string id);
  [[nodiscard]] Awaitable<Result<std::optional<Charge>>> charge_under(std::string key);
  [[nodiscard]] Awaitable<Result<std::optional<Refund>>> refund_under(std::string key);
  // Lines after `sequence`, oldest first.
  [[nodiscard]] Awaitable<Result<std::vector<StatementLine>>> statement(std::int64_t after,
                                                                        std::size_t limit);

  [[nodiscard]] Awaitable<Result<void>> keep_faults(std::string document);
  [[nodiscard]] Awaitable<Result<std::optional<std::string>>> kept_faults();

 private:
  using Effect = std::function<Result<BankAnswer>(storage::sqlite::Connection&)>;
  [[nodiscard]] Answered once(BankRequest request, AnswerAs as, Effect effect);

  storage::sqlite::AsyncDatabase& database_;
};

[[nodiscard]] Result<void> prepare_bank_schema(storage::sqlite::Database& database);

}  // namespace gatehouse::provider_sim
