// Inside the crypto room only: what a Certificate holds.
#pragma once

#include <string>
#include <vector>

#include "crypto/openssl.hpp"
#include "crypto/x509.hpp"

namespace gatehouse::crypto {

struct Certificate::Parsed {
  static Result<Certificate> of(openssl::X509Certificate);
  static X509* handle_of(const Certificate& certificate) { return certificate.parsed_->handle.get(); }

  openssl::X509Certificate handle;
  std::string der;
  std::string common_name;
  std::string subject_dn;
  std::string issuer_dn;
  std::vector<std::string> uri_names;
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  std::vector<std::string> email_addresses;
  core::SystemTime not_before;
  core::SystemTime not_after;
  std::string serial;
  std::string fingerprint;
  bool is_ca = false;
};

}  // namespace gatehouse::crypto
