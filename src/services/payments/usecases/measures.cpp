#include "services/payments/usecases/measures.hpp"

namespace gatehouse::payments {

Measures::Measures(Metrics& metrics, std::string_view provider)
    : replays_(
          metrics.counter("idempotency_replays_total", "Requests answered again from their stored answer")),
      unknown_(metrics.gauge("payment_unknown", "Payments whose outcome at the provider is not known")),
      imbalance_(metrics.gauge("ledger_imbalance",
                               "Changes refused because the books would contradict: must be 0")) {
  for (const Outcome& outcome : {Outcome{Done{"", Money{0, Currency::from_code("EUR").value()}}},
                                 Outcome{Declined{}}, Outcome{Lost{}}, Outcome{NotSent{}}}) {
    const std::string verdict(verdict_of(outcome));
    attempts_[verdict] =
        &metrics.counter("payment_attempts_total", "Steps at the provider by what came of them",
                         {{"provider", std::string(provider)}, {"result", verdict}});
  }
}

void Measures::attempt(const Outcome& outcome) {
  attempts_.find(verdict_of(outcome))->second->add();
}

}  // namespace gatehouse::payments
