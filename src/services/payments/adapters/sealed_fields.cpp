#include "services/payments/adapters/sealed_fields.hpp"

namespace gatehouse::payments {

crypto::RecordName name_of_payment_key(const std::string& payment_id) {
  return {"payments", "payment", payment_id};
}

Result<SealedFields> seal(const crypto::Envelope& envelope, const PaymentState& state) {
  auto created = envelope.create(name_of_payment_key(state.id));
  if (!created) return fail(created);
  const auto& [key, wrapped] = *created;
  auto method = key.seal("payment_method", state.payment_method.reveal());
  if (!method) return fail(method);
  auto description = key.seal("description", state.description.reveal());
  if (!description) return fail(description);
  return SealedFields{wrapped, std::move(*method), std::move(*description)};
}

Result<void> open(const crypto::Envelope& envelope, const SealedFields& sealed, PaymentState& state) {
  auto key = envelope.unlock(name_of_payment_key(state.id), sealed.data_key);
  if (!key) return fail(key);
  auto method = key->open("payment_method", sealed.payment_method);
  if (!method) return fail(method);
  auto description = key->open("description", sealed.description);
  if (!description) return fail(description);
  state.payment_method = Secret(std::move(*method));
  state.description = Pii(std::move(*description));
  return {};
}

}  // namespace gatehouse::payments
