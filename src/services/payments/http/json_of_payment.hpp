// Payments and refunds as their clients see them, and the stored answers made of them. What is not named here
// (the provider's token, the description, attempts, books) does not leave the service.
#pragma once

#include <boost/json.hpp>

#include "services/payments/ports/answer_forms.hpp"

namespace gatehouse::payments {

[[nodiscard]] boost::json::object json_of(const Payment& payment);
[[nodiscard]] boost::json::object json_of(const Payment& payment, const Refund& refund);

class JsonAnswers final : public AnswerForms {
 public:
  // 201 for a charge or a refund, 200 for a capture or a cancellation, 402 with a problem document for a
  // decline.
  [[nodiscard]] StoredAnswer verdict(const Payment& payment, const Attempt& attempt) const override;
  // 202 with the payment or the refund as it stands.
  [[nodiscard]] StoredAnswer interim(const Payment& payment, const Attempt& attempt) const override;
};

}  // namespace gatehouse::payments
