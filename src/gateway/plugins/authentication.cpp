// Implements what the authentication plugins share.
#include "gateway/plugins/authentication.hpp"

#include "core/text.hpp"
#include "gateway/error_page.hpp"

namespace gatehouse::gateway::plugins {
namespace {

bool is_identity_field(std::string_view name) {
  switch (name.size()) {
    case 13:
      return core::iequals(name, "X-Consumer-ID");
    case 18:
      return core::iequals(name, "X-Client-Cert-Dn") || core::iequals(name, "X-Client-Cert-San");
    case 19:
      return core::iequals(name, "X-Consumer-Username");
    case 20:
      return core::iequals(name, "X-Consumer-Custom-ID") || core::iequals(name, "X-Anonymous-Consumer");
    case 23:
      return core::iequals(name, "X-Credential-Identifier");
    default:
      return false;
  }
}

}  // namespace

void authenticate(Exchange& exchange, Identity identity) {
  auto& headers = exchange.http.request.headers;
  headers.keep_if([](const http::HeaderField& field) { return !is_identity_field(field.name); });
  if (identity.consumer != nullptr) {
    const Consumer& consumer = *identity.consumer;
    headers.add("X-Consumer-ID", consumer.id);
    if (!consumer.custom_id.empty()) headers.add("X-Consumer-Custom-ID", consumer.custom_id);
    if (!consumer.username.empty()) headers.add("X-Consumer-Username", consumer.username);
  }
  if (!identity.credential.empty()) headers.add("X-Credential-Identifier", identity.credential);
  if (identity.is_anonymous) headers.add("X-Anonymous-Consumer", "true");
  exchange.identity = std::move(identity);
}

bool is_satisfied_already(const Exchange& exchange, const std::string& anonymous) {
  return !anonymous.empty() && exchange.identity.is_known() && !exchange.identity.is_anonymous;
}

Step refuse_or_anonymous(Exchange& exchange, const std::string& anonymous, http::Response refusal) {
  if (anonymous.empty()) return answer_with(std::move(refusal));
  const auto& snapshot = exchange.snapshot();
  const Consumer* consumer = snapshot.consumer(anonymous);
  if (consumer == nullptr) consumer = snapshot.consumer_named(anonymous, ConsumerName::username);
  if (consumer == nullptr) {
    return answer_with(error_response(
        exchange, 500, "anonymous consumer " + anonymous + " is configured but doesn't exist"));
  }
  authenticate(exchange, {.consumer = consumer, .is_anonymous = true});
  return go_on();
}

}  // namespace gatehouse::gateway::plugins
