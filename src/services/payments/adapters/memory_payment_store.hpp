// Payments in memory: for tests of what stands above the store. Keeps the contract of payment_store.hpp.
#pragma once

#include <map>

#include "services/payments/ports/payment_store.hpp"

namespace gatehouse::payments {

class MemoryPaymentStore final : public PaymentStore {
 public:
  [[nodiscard]] Awaitable<Result<Created>> create(Payment payment) override;
  [[nodiscard]] Awaitable<Result<Payment>> get(std::string id, Owner owner) override;
  [[nodiscard]] Awaitable<Result<Payment>> update(Payment payment, Change change) override;
  [[nodiscard]] Awaitable<Result<std::vector<Payment>>> due(core::SystemTime now, std::size_t limit) override;
  [[nodiscard]] Awaitable<Result<PaymentPage>> list(ListQuery query) override;
  [[nodiscard]] Awaitable<Result<std::int64_t>> count_unknown() override;

 private:
  std::map<std::string, Payment, std::less<>> payments_;
};

}  // namespace gatehouse::payments
