#include "services/orders/adapters/sealed_order.hpp"

namespace gatehouse::orders {

Result<SealedMethod> seal_method(const crypto::Envelope& envelope, const std::string& order_id,
                                 std::string_view method) {
  auto key = envelope.create(name_of_order_key(order_id));
  if (!key) return fail(key);
  auto sealed = key->first.seal(kMethodField, method);
  if (!sealed) return fail(sealed);
  return SealedMethod{std::move(key->second), std::move(*sealed)};
}

Result<std::string> open_method(const crypto::Envelope& envelope, const std::string& order_id,
                                const SealedMethod& sealed) {
  const auto key = envelope.unlock(name_of_order_key(order_id), sealed.data_key);
  if (!key) return fail(key);
  return key->open(kMethodField, sealed.payment_method);
}

Result<SealedMethod> take_method(const crypto::Envelope& envelope, const std::string& order_id,
                                 json::object& content) {
  const json::value* method = content.if_contains(kMethodField);
  if (method == nullptr || !method->is_string())
    return fail(ErrorKind::internal, "record_unreadable", "order " + order_id);
  auto sealed = seal_method(envelope, order_id, method->get_string());
  content.erase(kMethodField);
  return sealed;
}

}  // namespace gatehouse::orders
