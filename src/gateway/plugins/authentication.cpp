// Implements what the authentication plugins share.
#include "gateway/plugins/authentication.hpp"

#include "gateway/error_page.hpp"
#include "gateway/header_names.hpp"

namespace gatehouse::gateway::plugins {
namespace {

constexpr HeaderNames kIdentityFields{
    "X-Consumer-ID",        "X-Consumer-Custom-ID", "X-Consumer-Username", "X-Credential-Identifier",
    "X-Anonymous-Consumer", "X-Client-Cert-Dn",     "X-Client-Cert-San"};

}  // namespace

void authenticate(Exchange& exchange, Identity identity) {
  auto& headers = exchange.http.request.headers;
  headers.keep_if([](const http::HeaderField& field) { return !kIdentityFields.contain(field.name); });
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
