// Certificates (RFC 5280): read them, issue them for the platform's own PKI, check a chain.
//
// Used by supervisor/pki (issuing), by identity (who is the peer) and by the gateway's certificate plugins.
// The TLS handshake itself is net/tls. Everything may be used from any thread; issuing takes well under a
// millisecond.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::crypto {

enum class ChainPurpose : std::uint8_t { client, server };

// A parsed certificate: immutable, cheap to copy. Parsing says nothing about trust.
class Certificate {
 public:
  // The first certificate of the text. Errors of both: invalid `bad_certificate` (also over 64 KiB).
  [[nodiscard]] static Result<Certificate> from_pem(std::string_view pem);
  [[nodiscard]] static Result<Certificate> from_der(std::string_view der);  // nothing may follow it

  [[nodiscard]] const std::string& subject_common_name() const;  // the last one; empty if there is none
  [[nodiscard]] const std::string& subject_dn() const;  // RFC 2253: "CN=alice,O=Example", non-ASCII as \XX
  [[nodiscard]] const std::string& issuer_dn() const;
  // Subject alternative names. One with anything but visible ASCII in it is left out: it is there to deceive.
  [[nodiscard]] const std::vector<std::string>& uri_names() const;
  [[nodiscard]] const std::vector<std::string>& dns_names() const;
  [[nodiscard]] const std::vector<std::string>& ip_addresses() const;  // "127.0.0.1", "::1"
  [[nodiscard]] const std::vector<std::string>& email_addresses() const;
  [[nodiscard]] core::SystemTime not_before() const;
  [[nodiscard]] core::SystemTime not_after() const;
  [[nodiscard]] const std::string& serial() const;              // hex, lower case
  [[nodiscard]] const std::string& sha256_fingerprint() const;  // hex of SHA-256 over der()
  [[nodiscard]] bool is_ca() const;                             // basicConstraints CA:TRUE
  [[nodiscard]] const std::string& der() const;
  [[nodiscard]] std::string pem() const;
  // Whether the private key (PKCS #8 in PEM) is this certificate's.
  [[nodiscard]] bool fits(const Secret& key_pem) const;
  // Whether `issuer` is a CA of that name and its key made the signature. Dates and trust: verify_chain().
  [[nodiscard]] bool is_issued_by(const Certificate& issuer) const;

  struct Parsed;  // the crypto room's own

 private:
  explicit Certificate(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}

  std::shared_ptr<const Parsed> parsed_;
};

// All certificates of a PEM text, in order (a chain file, a CA bundle). At least 1 and at most 256.
[[nodiscard]] Result<std::vector<Certificate>> certificates_from_pem(std::string_view pem);

struct IssuedCertificate {
  std::string certificate_pem;  // this certificate alone
  Secret key_pem;               // PKCS #8
};

// What we issue: EC P-256 keys, SHA-256, 128-bit random serials, SKI and AKI, valid from five minutes before
// `now` (peers' clocks differ) until `now + lifetime`, but never longer than the issuer. Errors: invalid
// `bad_certificate_request` (an empty or over-long name, a malformed address, no lifetime), `bad_issuer` (not
// a CA, its key is another's, or expired); internal `issue_failed`.
[[nodiscard]] Result<IssuedCertificate> issue_root(const std::string& common_name,
                                                   std::chrono::seconds lifetime, core::SystemTime now);
// A CA that may issue leaves only (pathlen 0).
[[nodiscard]] Result<IssuedCertificate> issue_intermediate(const IssuedCertificate& root,
                                                           const std::string& common_name,
                                                           std::chrono::seconds lifetime,
                                                           core::SystemTime now);

struct LeafRequest {
  std::string common_name;
  std::vector<std::string> uri_names;
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  std::chrono::seconds lifetime = std::chrono::hours{24};
};

// For both ends of mutual TLS: extended key usage serverAuth and clientAuth.
[[nodiscard]] Result<IssuedCertificate> issue_leaf(const IssuedCertificate& issuer, const LeafRequest&,
                                                   core::SystemTime now);

// Builds a path from `leaf` over `intermediates_sent` (untrusted, as the peer sent them) to one of `trusted`,
// which must be self-signed, and checks signatures, dates, CA flags, path lengths, key usage and key strength
// (112 bits). No revocation lists: leaves are short-lived. Names are the caller's business. Errors:
// unauthenticated `certificate_expired`, `certificate_not_yet_valid`, `certificate_untrusted` (no path to a
// trusted root), `certificate_rejected` (anything else; the detail names it).
[[nodiscard]] Result<void> verify_chain(const Certificate& leaf,
                                        std::span<const Certificate> intermediates_sent,
                                        std::span<const Certificate> trusted, core::SystemTime now,
                                        ChainPurpose purpose);

}  // namespace gatehouse::crypto
