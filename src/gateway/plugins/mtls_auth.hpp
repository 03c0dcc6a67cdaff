// Lets requests pass that come with a client certificate of a given CA, and finds the consumer that it names.
//
//   {"name": "mtls-auth", "config": {"ca_certificates": ["<id of a ca_certificate>"]}}
//
// The certificate's names (SAN, then CN) are compared with the consumers' custom_id and username. While no
// consumer exists at all there is nobody to look up, and the certificate's subject itself is who asks; so it
// is with skip_consumer_lookup. Revocation is not checked: certificates should be short-lived.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/plugin.hpp"
#include "gateway/snapshot.hpp"

namespace gatehouse::gateway::plugins {

struct MtlsAuthConfig {
  std::vector<std::string> ca_certificates;  // ids; at least one
  std::vector<ConsumerName> consumer_by{ConsumerName::custom_id, ConsumerName::username};
  std::string default_consumer;  // id or username, if no name fits; empty: nobody
  std::string anonymous;         // id or username, instead of a refusal; empty: nobody
  bool skip_consumer_lookup = false;
  std::chrono::milliseconds certificate_ttl{60'000};  // how long a verified certificate is believed
  std::size_t certificates_max = 10'000;              // kept per worker

  static Result<MtlsAuthConfig> from_json(const json::object& config);
};

// The consumer that a certificate names, by the rules of the configuration; null: none.
[[nodiscard]] const Consumer* consumer_of(const MtlsAuthConfig& config,
                                          const crypto::Certificate& certificate, const Snapshot& snapshot);

[[nodiscard]] PluginType mtls_auth_type();
[[nodiscard]] std::unique_ptr<Plugin> make_mtls_auth(std::shared_ptr<const MtlsAuthConfig> config,
                                                     const PluginScope& scope, const PluginContext& context);

}  // namespace gatehouse::gateway::plugins
