// For tests: a PaymentStore with what it stands on, and payments to put into it.
#pragma once

#include <functional>
#include <memory>

#include "runtime/worker.hpp"
#include "services/payments/ports/payment_store.hpp"

namespace gatehouse::payments::contract {

// Keeps alive what the store stands on.
struct StoreUnderTest {
  virtual ~StoreUnderTest() = default;
  [[nodiscard]] virtual PaymentStore& store() = 0;
  // Ends the server or closes the file, hard, and starts it again. A store without either keeps what it has.
  virtual void restart() {}
};
// `io` is the loop that every call runs on. Nothing: what the store needs is not here (tools/peers).
using StoreFactory = std::function<std::unique_ptr<StoreUnderTest>(boost::asio::io_context& io)>;

inline constexpr core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};

inline Payment new_payment(std::string id, std::string owner = "service:orders",
                           std::string reference = "ord_1", core::SystemTime at = kNow) {
  NewPayment wanted{.id = std::move(id),
                    .owner = std::move(owner),
                    .reference = std::move(reference),
                    .amount = {1999, Currency::from_code("EUR").value()},
                    .capture_mode = CaptureMode::automatic,
                    .payment_method = Secret("pm_card_visa"),
                    .description = Pii("two red socks for Ann")};
  return Payment::open(std::move(wanted), {"scope-1", "print-1", "trace"},
                       {"payments-1#a", at + std::chrono::seconds{10}}, at);
}

}  // namespace gatehouse::payments::contract
