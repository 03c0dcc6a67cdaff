// The two fields of a payment that no store may hold in clear, the provider's token and the description,
// under a data key of the record (crypto/envelope). All stores seal them in one way, so a payment can move
// between them.
#pragma once

#include <string>

#include "crypto/envelope.hpp"
#include "services/payments/domain/payment.hpp"

namespace gatehouse::payments {

struct SealedFields {  // raw bytes
  std::string data_key;
  std::string payment_method;
  std::string description;
};

// The place that a payment's data key is bound to.
[[nodiscard]] crypto::RecordName name_of_payment_key(const std::string& payment_id);
[[nodiscard]] Result<SealedFields> seal(const crypto::Envelope& envelope, const PaymentState& state);
// Fills the state's two fields. internal/`ciphertext_rejected` for what was changed, or sealed for another
// record.
[[nodiscard]] Result<void> open(const crypto::Envelope& envelope, const SealedFields& sealed,
                                PaymentState& state);

}  // namespace gatehouse::payments
