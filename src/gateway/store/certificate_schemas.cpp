// Certificates that the gateway shows, the names they are for, and the CAs that it trusts.
#include "core/clock.hpp"
#include "crypto/x509.hpp"
#include "gateway/schema/formats.hpp"
#include "gateway/store/entity_schemas.hpp"

namespace gatehouse::gateway::store {
namespace {

using namespace schema;

Complaint is_certificate(const json::value& value) {
  const auto parsed = crypto::certificates_from_pem(std::string_view(value.as_string()));
  return parsed ? std::nullopt : Complaint("invalid certificate: " + parsed.error().detail);
}

Complaint is_private_key(const json::value& value) {
  const std::string_view pem = value.as_string();
  const bool is_pem = pem.find("-----BEGIN ") != std::string_view::npos &&
                      pem.find("PRIVATE KEY-----") != std::string_view::npos;
  return is_pem ? std::nullopt : Complaint("invalid key: expected a private key in PEM");
}

Complaint is_ca_certificate(const json::value& value) {
  const auto parsed = crypto::certificates_from_pem(std::string_view(value.as_string()));
  if (!parsed) return "invalid certificate: " + parsed.error().detail;
  if (parsed->size() > 1) return "please submit only one certificate at a time";
  if (parsed->front().not_after() < core::SystemClock().now()) {
    return "certificate expired, \"Not After\" time is in the past";
  }
  if (parsed->front().is_ca()) return std::nullopt;
  return "certificate does not appear to be a CA because it is missing the \"CA\" basic constraint";
}

}  // namespace

Schema certificate_schema() {
  return {.fields = {uuid_field(), text("cert", {.required = true, .check = is_certificate}),
                     text("key", {.required = true, .secret = true, .check = is_private_key}),
                     text("cert_alt", {.check = is_certificate}),
                     text("key_alt", {.secret = true, .check = is_private_key}), tags_field(),
                     created_at_field(), updated_at_field()},
          .checks = {all_or_none_of({"cert_alt", "key_alt"})}};
}

Schema sni_schema() {
  return {.fields = {
              uuid_field(), text("name", {.required = true, .unique = true, .check = formats::server_name}),
              foreign("certificate", "certificates", {.required = true, .on_delete = OnDelete::cascade}),
              tags_field(), created_at_field(), updated_at_field()}};
}

Schema ca_certificate_schema() {
  return {.fields = {uuid_field(), text("cert", {.required = true, .check = is_ca_certificate}),
                     text("cert_digest", {.unique = true}), tags_field(), created_at_field(),
                     updated_at_field()}};
}

void expand_ca_certificate(json::object& ca_certificate) {
  const json::value* pem = ca_certificate.if_contains("cert");
  if (pem == nullptr || !pem->is_string()) return;
  const auto parsed = crypto::Certificate::from_pem(std::string_view(pem->get_string()));
  if (parsed) ca_certificate["cert_digest"] = json::string(parsed->sha256_fingerprint());
}

}  // namespace gatehouse::gateway::store
