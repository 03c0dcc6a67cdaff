// After the storm: what the orders service, the payments service and the provider's own statement say, held
// against each other and against what customers were told.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/harness/running_platform.hpp"
#include "tests/system/kill_test/customers.hpp"

namespace gatehouse::tests::kill {

struct Order {
  std::string status;
  std::int64_t total = 0;
  std::string payment;
  std::map<std::string, std::int64_t> quantities;  // by product
};
struct Payment {
  std::string status;
  std::string order;
  std::int64_t net = 0;  // captured less refunded
};
struct Movement {
  std::string type;  // authorization, capture, void, refund
  std::string charge;
  std::string payment;
  std::string order;
  std::int64_t net = 0;
};

// All that the parties know at one moment.
struct Books {
  std::map<std::string, Order> orders;      // by id
  std::map<std::string, Payment> payments;  // by id
  std::vector<Movement> statement;
  std::map<std::string, std::int64_t> stock;  // available, by product

  [[nodiscard]] std::size_t unfinished() const;  // orders and payments without an end
  // For whoever asks why: each payment without an end, and its order.
  [[nodiscard]] std::vector<std::string> open_payments() const;
};
[[nodiscard]] Result<std::map<std::string, std::int64_t>> read_stock(const RunningPlatform& platform);
[[nodiscard]] Result<Books> read_books(const RunningPlatform& platform);

// Reads until nothing is unfinished, or the time is over.
[[nodiscard]] Result<Books> wait_for_quiescence(const RunningPlatform& platform,
                                                std::chrono::milliseconds limit);

// What must be zero. Amounts in minor units.
struct Verdict {
  std::size_t lost = 0;                // acknowledged, and not there
  std::size_t unfinished = 0;          // acknowledged, and neither confirmed nor cancelled
  std::size_t uninvited = 0;           // orders that nobody was told of
  std::size_t charged_twice = 0;       // orders with more than one charge, or more captured than they cost
  std::size_t left_on_hold = 0;        // charges that are authorised, and neither captured nor voided
  std::size_t confirmed_unpaid = 0;    // confirmed, and less kept than they cost
  std::size_t cancelled_paid = 0;      // cancelled, and something kept
  std::size_t orphan_charges = 0;      // on the statement for an order that does not exist
  std::int64_t ledger_difference = 0;  // sum of |ledger - statement| over all payments
  std::int64_t stock_difference = 0;   // units, over all products
  std::size_t complaints = 0;          // what customers saw and must not see

  [[nodiscard]] bool is_clean() const;
};
[[nodiscard]] Verdict judge(const Books& books, const CustomerFigures& customers,
                            const std::map<std::string, std::int64_t>& stock_before);

}  // namespace gatehouse::tests::kill
