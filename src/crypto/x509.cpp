// Reading certificates. Issuing is in x509_issue.cpp, checking chains in x509_chain.cpp.
#include "crypto/x509.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <ctime>
#include <optional>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "core/encoding.hpp"
#include "crypto/digest.hpp"
#include "crypto/x509_parsed.hpp"

namespace gatehouse::crypto {
namespace {

using openssl::bytes_of;
using openssl::X509Certificate;
using GeneralNames = openssl::Owned<GENERAL_NAMES, GENERAL_NAMES_free>;

constexpr std::size_t kCertificateBytesMax = 64 * 1024;
constexpr std::size_t kCertificatesMax = 256;

std::unexpected<Error> bad_certificate(std::string_view why) {
  return refuse(ErrorKind::invalid, "bad_certificate", std::string(why));
}

std::optional<core::SystemTime> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return core::from_unix_seconds(timegm(&parts));
}

std::string dn_of(const X509_NAME* name) {
  const openssl::Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  return openssl::content_of(bio.get());
}

std::string common_name_of(const X509_NAME* name) {
  int last = -1;
  for (int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) {
    last = at;
  }
  if (last < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return text.find('\0') == std::string::npos ? text : std::string();
}

std::string hex_of(const ASN1_INTEGER* serial) {
  const openssl::BigNumber number(ASN1_INTEGER_to_BN(serial, nullptr));
  if (!number) return {};
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), bytes_of(bytes));
  return bytes.empty() ? "00" : core::to_hex(bytes);
}

std::string_view view_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// Visible ASCII only: a NUL, a space or a line end in a name is there to deceive whoever compares or prints
// it.
void add_name(std::vector<std::string>& names, const ASN1_STRING* text) {
  const std::string_view name = view_of(text);
  const bool visible = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7F'; });
  if (visible && !name.empty()) names.emplace_back(name);
}

void add_address(std::vector<std::string>& addresses, const ASN1_STRING* bytes) {
  const std::string_view raw = view_of(bytes);
  if (raw.size() != 4 && raw.size() != 16) return;
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(raw.size() == 4 ? AF_INET : AF_INET6, raw.data(), text.data(), text.size());
  addresses.emplace_back(text.data());
}

struct AlternativeNames {
  std::vector<std::string> uris;
  std::vector<std::string> dns;
  std::vector<std::string> addresses;
  std::vector<std::string> emails;
};

// Nothing if the extension is there but cannot be read, or is there twice.
std::optional<AlternativeNames> alternative_names_of(const X509* handle) {
  AlternativeNames found;
  int state = 0;
  const GeneralNames names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(handle, NID_subject_alt_name, &state, nullptr)));
  if (!names) return state == -1 ? std::optional(found) : std::nullopt;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int kind = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &kind);
    const auto* text = static_cast<const ASN1_STRING*>(value);
    if (kind == GEN_URI) add_name(found.uris, text);
    if (kind == GEN_DNS) add_name(found.dns, text);
    if (kind == GEN_EMAIL) add_name(found.emails, text);
    if (kind == GEN_IPADD) add_address(found.addresses, text);
  }
  return found;
}

std::string der_of(X509* handle) {
  const int size = i2d_X509(handle, nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  unsigned char* out = bytes_of(der);
  i2d_X509(handle, &out);
  return der;
}

}  // namespace

Result<Certificate> Certificate::Parsed::of(X509Certificate handle) {
  const auto not_before = time_of(X509_get0_notBefore(handle.get()));
  const auto not_after = time_of(X509_get0_notAfter(handle.get()));
  if (!not_before || !not_after) return bad_certificate("its dates cannot be read");
  auto names = alternative_names_of(handle.get());
  if (!names) return bad_certificate("its alternative names cannot be read");
  auto parsed = std::make_shared<Parsed>();
  const X509_NAME* subject = X509_get_subject_name(handle.get());
  parsed->der = der_of(handle.get());
  parsed->common_name = common_name_of(subject);
  parsed->subject_dn = dn_of(subject);
  parsed->issuer_dn = dn_of(X509_get_issuer_name(handle.get()));
  parsed->uri_names = std::move(names->uris);
  parsed->dns_names = std::move(names->dns);
  parsed->ip_addresses = std::move(names->addresses);
  parsed->email_addresses = std::move(names->emails);
  parsed->not_before = *not_before;
  parsed->not_after = *not_after;
  parsed->serial = hex_of(X509_get0_serialNumber(handle.get()));
  parsed->fingerprint = core::to_hex(sha256(parsed->der));
  parsed->is_ca = (X509_get_extension_flags(handle.get()) & EXFLAG_CA) != 0;
  parsed->handle = std::move(handle);
  (void)openssl::take_errors();
  return Certificate(std::move(parsed));
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  auto all = certificates_from_pem(pem);
  if (!all) return fail(all);
  return std::move(all->front());
}

Result<Certificate> Certificate::from_der(std::string_view der) {
  if (der.size() > kCertificateBytesMax) return bad_certificate("longer than 64 KiB");
  const unsigned char* in = bytes_of(der);
  X509Certificate handle(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
  if (!handle) return bad_certificate(openssl::take_errors());
  if (in != bytes_of(der) + der.size()) return bad_certificate("something follows the certificate");
  return Parsed::of(std::move(handle));
}

Result<std::vector<Certificate>> certificates_from_pem(std::string_view pem) {
  const openssl::Bio bio = openssl::reader_of(pem);
  if (!bio) return bad_certificate("longer than 1 MiB");
  std::vector<Certificate> all;
  while (X509Certificate handle{
      PEM_read_bio_X509(bio.get(), nullptr, openssl::gatehouse_no_passphrase, nullptr)}) {
    if (all.size() == kCertificatesMax) return bad_certificate("more than 256 certificates");
    auto certificate = Certificate::Parsed::of(std::move(handle));
    if (!certificate) return fail(certificate);
    all.push_back(std::move(*certificate));
  }
  const bool at_the_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string errors = openssl::take_errors();
  if (!at_the_end) return bad_certificate(errors);
  if (all.empty()) return bad_certificate("no certificate in PEM");
  return all;
}

const std::string& Certificate::subject_common_name() const {
  return parsed_->common_name;
}
const std::string& Certificate::subject_dn() const {
  return parsed_->subject_dn;
}
const std::string& Certificate::issuer_dn() const {
  return parsed_->issuer_dn;
}
const std::vector<std::string>& Certificate::uri_names() const {
  return parsed_->uri_names;
}
const std::vector<std::string>& Certificate::dns_names() const {
  return parsed_->dns_names;
}
const std::vector<std::string>& Certificate::ip_addresses() const {
  return parsed_->ip_addresses;
}
const std::vector<std::string>& Certificate::email_addresses() const {
  return parsed_->email_addresses;
}
core::SystemTime Certificate::not_before() const {
  return parsed_->not_before;
}
core::SystemTime Certificate::not_after() const {
  return parsed_->not_after;
}
const std::string& Certificate::serial() const {
  return parsed_->serial;
}
const std::string& Certificate::sha256_fingerprint() const {
  return parsed_->fingerprint;
}
bool Certificate::is_ca() const {
  return parsed_->is_ca;
}
const std::string& Certificate::der() const {
  return parsed_->der;
}

std::string Certificate::pem() const {
  const openssl::Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_X509(bio.get(), parsed_->handle.get()) != 1) return {};
  return openssl::content_of(bio.get());
}

bool Certificate::fits(const Secret& key_pem) const {
  const openssl::Pkey key = openssl::private_key_from_pem(key_pem.reveal());
  const bool same = key && X509_check_private_key(parsed_->handle.get(), key.get()) == 1;
  (void)openssl::take_errors();
  return same;
}

bool Certificate::is_issued_by(const Certificate& issuer) const {
  X509* by = issuer.parsed_->handle.get();
  const bool issued = issuer.is_ca() && X509_check_issued(by, parsed_->handle.get()) == X509_V_OK &&
                      X509_verify(parsed_->handle.get(), X509_get0_pubkey(by)) == 1;
  (void)openssl::take_errors();
  return issued;
}

}  // namespace gatehouse::crypto
