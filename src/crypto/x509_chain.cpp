// Checking a chain: OpenSSL builds and checks the path, we choose the rules and name the outcome.
#include "crypto/x509.hpp"
#include "crypto/x509_parsed.hpp"

namespace gatehouse::crypto {
namespace {

using Store = openssl::Owned<X509_STORE, X509_STORE_free>;
using StoreContext = openssl::Owned<X509_STORE_CTX, X509_STORE_CTX_free>;
using Stack = openssl::Owned<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }>;

constexpr std::size_t kIntermediatesMax = 8;
constexpr int kDepthMax = 6;
constexpr int kAuthLevel = 2;  // 112 bits: RSA 2048, SHA-256

std::unexpected<Error> refused(std::string_view reason, std::string_view why) {
  return refuse(ErrorKind::unauthenticated, reason, std::string(why));
}

std::string_view reason_of(int code) {
  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "certificate_expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "certificate_not_yet_valid";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return "certificate_untrusted";
    default:
      return "certificate_rejected";
  }
}

Store store_of(std::span<const Certificate> trusted) {
  Store store(X509_STORE_new());
  for (const Certificate& certificate : trusted) {
    if (!store || X509_STORE_add_cert(store.get(), Certificate::Parsed::handle_of(certificate)) != 1)
      return nullptr;
  }
  return store;
}

Stack stack_of(std::span<const Certificate> certificates) {
  Stack stack(sk_X509_new_null());
  for (const Certificate& certificate : certificates) {
    if (!stack || sk_X509_push(stack.get(), Certificate::Parsed::handle_of(certificate)) <= 0) return nullptr;
  }
  return stack;
}

bool set_rules(X509_STORE_CTX* context, core::SystemTime now, ChainPurpose purpose) {
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(rules, core::unix_seconds(now));
  X509_VERIFY_PARAM_set_depth(rules, kDepthMax);
  X509_VERIFY_PARAM_set_auth_level(rules, kAuthLevel);
  return X509_STORE_CTX_set_purpose(context, purpose == ChainPurpose::client ? X509_PURPOSE_SSL_CLIENT
                                                                             : X509_PURPOSE_SSL_SERVER) == 1;
}

}  // namespace

Result<void> verify_chain(const Certificate& leaf, std::span<const Certificate> intermediates_sent,
                          std::span<const Certificate> trusted, core::SystemTime now, ChainPurpose purpose) {
  if (intermediates_sent.size() > kIntermediatesMax) {
    return refused("certificate_rejected", "more than 8 intermediate certificates");
  }
  const Store store = store_of(trusted);
  const Stack untrusted = stack_of(intermediates_sent);
  const StoreContext context(X509_STORE_CTX_new());
  if (!store || !untrusted || !context ||
      X509_STORE_CTX_init(context.get(), store.get(), Certificate::Parsed::handle_of(leaf),
                          untrusted.get()) != 1 ||
      !set_rules(context.get(), now, purpose)) {
    return fail(ErrorKind::internal, "certificate_rejected", openssl::take_errors());
  }
  if (X509_verify_cert(context.get()) == 1) return {};
  const int code = X509_STORE_CTX_get_error(context.get());
  (void)openssl::take_errors();
  return refused(reason_of(code), X509_verify_cert_error_string(code));
}

}  // namespace gatehouse::crypto
