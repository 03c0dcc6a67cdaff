// What every use case of this service works with, and the replies that the changing ones give.
#pragma once

#include <chrono>
#include <string>

#include "core/clock.hpp"
#include "identity/access.hpp"
#include "services/payments/ports/answer_forms.hpp"
#include "services/payments/ports/payment_provider.hpp"
#include "services/payments/ports/payment_store.hpp"
#include "services/payments/usecases/measures.hpp"

namespace gatehouse::payments {

using identity::Access;

struct PaymentTimes {
  std::chrono::milliseconds provider{8'000};  // for one step at the provider, its retries included
  std::chrono::milliseconds look_up{2'000};   // for asking what became of a step
  std::chrono::milliseconds margin{2'000};    // a claim outlives the work by this: for the writes
};

struct Surroundings {
  PaymentStore& store;
  PaymentProvider& provider;
  const AnswerForms& answers;
  const core::Clock& clock;
  Measures& measures;
  std::string instance;  // "<instance>#<life>": see Claim
  PaymentTimes times = {};

  // A claim for work that ends by `deadline`.
  [[nodiscard]] Claim claim(Deadline deadline) const;
  [[nodiscard]] std::chrono::milliseconds longest_claim() const {
    return times.provider + times.look_up + times.margin;
  }
};

// How a change is answered.
struct Reply {
  enum class Kind { first, replayed, interim };
  StoredAnswer answer;
  Kind kind = Kind::first;
};

}  // namespace gatehouse::payments
