// Implements the certificate check. A chain is verified once per certificate and time to live, not per
// request.
#include "gateway/plugins/mtls_auth.hpp"

#include <fmt/ranges.h>

#include "gateway/error_page.hpp"
#include "gateway/exchange.hpp"
#include "gateway/plugins/authentication.hpp"
#include "gateway/recent_cache.hpp"
#include "gateway/schema/formats.hpp"

namespace gatehouse::gateway::plugins {
namespace {

constexpr std::string_view kNotSent = "No required TLS certificate was sent";
constexpr std::string_view kNotVerified = "TLS certificate failed verification";

const Consumer* find_consumer(const Snapshot& snapshot, const std::string& id_or_username) {
  if (id_or_username.empty()) return nullptr;
  const Consumer* found = snapshot.consumer(id_or_username);
  return found != nullptr ? found : snapshot.consumer_named(id_or_username, ConsumerName::username);
}

std::vector<std::string_view> names_of(const crypto::Certificate& certificate) {
  std::vector<std::string_view> names;
  for (const auto* list : {&certificate.dns_names(), &certificate.email_addresses(), &certificate.uri_names(),
                           &certificate.ip_addresses()}) {
    names.insert(names.end(), list->begin(), list->end());
  }
  if (!certificate.subject_common_name().empty()) names.emplace_back(certificate.subject_common_name());
  return names;
}

class MtlsAuth final : public Plugin {
 public:
  explicit MtlsAuth(std::shared_ptr<const MtlsAuthConfig> config)
      : config_(std::move(config)), verified_until_(config_->certificates_max) {}

  Step on_request(Exchange& exchange) override {
    if (is_satisfied_already(exchange, config_->anonymous)) return go_on();
    const auto& certificate = exchange.http.peer.certificate;
    if (!certificate) return refuse(exchange, kNotSent);
    if (!is_verified(exchange, *certificate)) return refuse(exchange, kNotVerified);
    if (config_->skip_consumer_lookup || !exchange.snapshot().has_consumers()) {
      return accept_itself(exchange, certificate);
    }
    const Consumer* consumer = consumer_of(*config_, *certificate, exchange.snapshot());
    if (consumer == nullptr) return refuse(exchange, kNotVerified);
    authenticate(exchange,
                 {.consumer = consumer, .credential = certificate->subject_dn(), .keeps_alive = certificate});
    return go_on();
  }

 private:
  bool is_verified(Exchange& exchange, const crypto::Certificate& certificate) {
    const auto& fingerprint = certificate.sha256_fingerprint();
    if (const auto* until = verified_until_.find(fingerprint); until != nullptr && exchange.now() < *until)
      return true;
    std::vector<crypto::Certificate> trusted;
    for (const auto& id : config_->ca_certificates) {
      if (const auto* ca = exchange.snapshot().ca_certificate(id)) trusted.push_back(*ca);
    }
    const auto& sent = exchange.http.peer.intermediates;
    if (!crypto::verify_chain(certificate, sent, trusted, exchange.now(), crypto::ChainPurpose::client))
      return false;
    verified_until_.put(fingerprint,
                        std::min(certificate.not_after(), exchange.now() + config_->certificate_ttl));
    return true;
  }

  // The upstream is told whose certificate it was; nobody else could.
  Step accept_itself(Exchange& exchange, const std::shared_ptr<const crypto::Certificate>& certificate) {
    const std::string_view subject = certificate->subject_dn();
    authenticate(exchange, {.credential = subject, .subject = subject, .keeps_alive = certificate});
    auto& headers = exchange.http.request.headers;
    headers.add("X-Client-Cert-Dn", subject);
    headers.add("X-Client-Cert-San", fmt::format("{}", fmt::join(names_of(*certificate), ",")));
    return go_on();
  }

  Step refuse(Exchange& exchange, std::string_view message) {
    return refuse_or_anonymous(exchange, config_->anonymous, message_response(401, message));
  }

  std::shared_ptr<const MtlsAuthConfig> config_;
  RecentCache<core::SystemTime>
      verified_until_;  // by fingerprint; the names in it are as certain as the chain
};

}  // namespace

const Consumer* consumer_of(const MtlsAuthConfig& config, const crypto::Certificate& certificate,
                            const Snapshot& snapshot) {
  for (const auto name : names_of(certificate)) {
    for (const auto kind : config.consumer_by) {
      if (const auto* consumer = snapshot.consumer_named(name, kind)) return consumer;
    }
  }
  return find_consumer(snapshot, config.default_consumer);
}

Result<MtlsAuthConfig> MtlsAuthConfig::from_json(const json::object& object) {
  MtlsAuthConfig config;
  Fields fields{object};
  config.ca_certificates = fields.optional_texts("ca_certificates", {});
  if (config.ca_certificates.empty()) fields.reject("ca_certificates", "must not be empty");
  config.consumer_by.clear();
  for (const auto& field : fields.optional_texts("consumer_by", {"custom_id", "username"})) {
    config.consumer_by.push_back(field == "username" ? ConsumerName::username : ConsumerName::custom_id);
  }
  config.default_consumer = fields.optional_text("default_consumer", "");
  config.anonymous = fields.optional_text("anonymous", "");
  config.skip_consumer_lookup = fields.optional_flag("skip_consumer_lookup", config.skip_consumer_lookup);
  if (const auto* ttl = fields.maybe_value("cert_cache_ttl"); ttl != nullptr && ttl->is_number()) {
    config.certificate_ttl = std::chrono::milliseconds(ttl->to_number<std::int64_t>());
  }
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return config;
}

PluginType mtls_auth_type() {
  using namespace schema;
  return {
      .name = "mtls-auth",
      .priority = 1600,
      .config = {.fields = {text("anonymous"),
                            array("consumer_by", text("", {.one_of = {"username", "custom_id"}}),
                                  {.fallback = json::array{"custom_id", "username"}}),
                            array("ca_certificates", reference("ca_certificates"), {.required = true}),
                            number("cache_ttl", {.required = true, .fallback = 60}),
                            boolean("skip_consumer_lookup", {.required = true, .fallback = false}),
                            boolean("allow_partial_chain", {.required = true, .fallback = false}),
                            text("authenticated_group_by", {.fallback = "CN", .one_of = {"CN", "DN"}}),
                            text("revocation_check_mode", {.fallback = "IGNORE_CA_ERROR",
                                                           .one_of = {"SKIP", "IGNORE_CA_ERROR", "STRICT"}}),
                            number("http_timeout", {.fallback = 30'000}),
                            number("cert_cache_ttl", {.fallback = 60'000}),
                            boolean("send_ca_dn", {.fallback = false}), text("default_consumer"),
                            text("http_proxy_host", {.check = formats::host}), port_field("http_proxy_port"),
                            text("https_proxy_host", {.check = formats::host}),
                            port_field("https_proxy_port"), boolean("ssl_verify", {.fallback = true}),
                            array("san_dirname_matcher", text(), {.fallback = json::array{}})}},
      .consumer_scope = ConsumerScope::refused};
}

std::unique_ptr<Plugin> make_mtls_auth(std::shared_ptr<const MtlsAuthConfig> config, const PluginScope&,
                                       const PluginContext&) {
  return std::make_unique<MtlsAuth>(std::move(config));
}

}  // namespace gatehouse::gateway::plugins
