// Issuing certificates for the platform's own PKI.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <optional>

#include <openssl/pem.h>

#include "core/ids.hpp"
#include "core/text.hpp"
#include "crypto/x509.hpp"
#include "crypto/x509_parsed.hpp"

namespace gatehouse::crypto {
namespace {

using openssl::bytes_of;
using openssl::Pkey;
using openssl::X509Certificate;
using GeneralNames = openssl::Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using GeneralName = openssl::Owned<GENERAL_NAME, GENERAL_NAME_free>;

constexpr std::chrono::minutes kClockSkew{5};
constexpr std::size_t kSerialBytes = 16;
constexpr std::size_t kCommonNameBytesMax = 64;  // RFC 5280 ub-common-name
constexpr std::size_t kAlternativeNamesMax = 64;
constexpr std::size_t kAlternativeNameBytesMax = 1024;

struct Issuer {
  Certificate certificate;
  Pkey key;
};

std::unexpected<Error> bad_request(std::string_view why) {
  return refuse(ErrorKind::invalid, "bad_certificate_request", std::string(why));
}
std::unexpected<Error> bad_issuer(std::string_view why) {
  return refuse(ErrorKind::invalid, "bad_issuer", std::string(why));
}
std::unexpected<Error> issue_failed() {
  return fail(ErrorKind::internal, "issue_failed", openssl::take_errors());
}

Result<Issuer> issuer_of(const IssuedCertificate& issued, core::SystemTime now) {
  auto certificate = Certificate::from_pem(issued.certificate_pem);
  if (!certificate) return bad_issuer("its certificate cannot be read");
  Pkey key = openssl::private_key_from_pem(issued.key_pem.reveal());
  if (!key) return bad_issuer("its key cannot be read: " + openssl::take_errors());
  if (X509_check_private_key(Certificate::Parsed::handle_of(*certificate), key.get()) != 1) {
    (void)openssl::take_errors();
    return bad_issuer("its key belongs to another certificate");
  }
  if (!certificate->is_ca()) return bad_issuer("it is not a CA");
  if (certificate->not_after() <= now) return bad_issuer("it has expired");
  return Issuer{std::move(*certificate), std::move(key)};
}

Result<void> check_request(const std::string& common_name, std::chrono::seconds lifetime) {
  if (common_name.empty() || common_name.size() > kCommonNameBytesMax || !core::is_valid_utf8(common_name) ||
      common_name.find('\0') != std::string::npos) {
    return bad_request("common name: 1 to 64 bytes of UTF-8");
  }
  if (lifetime <= std::chrono::seconds::zero()) return bad_request("lifetime: must be positive");
  return {};
}

bool set_random_serial(X509* certificate) {
  const std::string bytes = core::random_bytes(kSerialBytes);
  const openssl::BigNumber number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_dates(X509* certificate, core::SystemTime not_before, core::SystemTime not_after) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), core::unix_seconds(not_before)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), core::unix_seconds(not_after)) != nullptr;
}

// Version, serial, subject, issuer, dates and key; no extensions, no signature.
X509Certificate bare(const std::string& common_name, EVP_PKEY* key, const Issuer* issuer,
                     std::chrono::seconds lifetime, core::SystemTime now) {
  X509Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  core::SystemTime not_after = now + lifetime;
  if (issuer != nullptr) not_after = std::min(not_after, issuer->certificate.not_after());
  const bool done =
      X509_set_version(certificate.get(), X509_VERSION_3) == 1 && set_random_serial(certificate.get()) &&
      X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, bytes_of(common_name),
                                 static_cast<int>(common_name.size()), -1, 0) == 1 &&
      X509_set_issuer_name(
          certificate.get(),
          issuer == nullptr
              ? subject
              : X509_get_subject_name(Certificate::Parsed::handle_of(issuer->certificate))) == 1 &&
      set_dates(certificate.get(), now - kClockSkew, not_after) &&
      X509_set_pubkey(certificate.get(), key) == 1;
  return done ? std::move(certificate) : nullptr;
}

struct Extension {
  int nid;
  const char* value;
};

bool add_extensions(X509* certificate, const Issuer* issuer, std::span<const Extension> extensions) {
  X509V3_CTX context;
  X509* issued_by = issuer == nullptr ? certificate : Certificate::Parsed::handle_of(issuer->certificate);
  X509V3_set_ctx(&context, issued_by, certificate, nullptr, nullptr, 0);
  for (const Extension& extension : extensions) {
    const openssl::Owned<X509_EXTENSION, X509_EXTENSION_free> built(
        X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value));
    if (!built || X509_add_ext(certificate, built.get(), -1) != 1) return false;
  }
  return true;
}

Result<IssuedCertificate> signed_by(const X509Certificate& certificate, EVP_PKEY* own_key,
                                    EVP_PKEY* signing_key) {
  if (X509_sign(certificate.get(), signing_key, openssl::fetched(openssl::Hash::sha256)) <= 0)
    return issue_failed();
  const openssl::Bio bio(BIO_new(BIO_s_mem()));
  Secret key_pem = openssl::private_key_to_pem(own_key);
  if (!bio || PEM_write_bio_X509(bio.get(), certificate.get()) != 1 || key_pem.empty()) return issue_failed();
  return IssuedCertificate{openssl::content_of(bio.get()), std::move(key_pem)};
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kAlternativeNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

bool push_name(GENERAL_NAMES* names, int kind, std::string_view bytes) {
  GeneralName name(GENERAL_NAME_new());
  ASN1_STRING* value = ASN1_STRING_type_new(kind == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
  if (!name || value == nullptr ||
      ASN1_STRING_set(value, bytes.data(), static_cast<int>(bytes.size())) != 1) {
    ASN1_STRING_free(value);
    return false;
  }
  GENERAL_NAME_set0_value(name.get(), kind, value);
  if (sk_GENERAL_NAME_push(names, name.get()) <= 0) return false;
  (void)name.release();
  return true;
}

std::optional<std::string> address_bytes(const std::string& text) {
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 4);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 16);
  return std::nullopt;
}

Result<GeneralNames> alternative_names(const LeafRequest& request) {
  if (request.uri_names.size() + request.dns_names.size() + request.ip_addresses.size() >
      kAlternativeNamesMax) {
    return bad_request("more than 64 alternative names");
  }
  GeneralNames names(GENERAL_NAMES_new());
  if (!names) return issue_failed();
  for (const auto& [kind, list] :
       {std::pair{GEN_URI, &request.uri_names}, std::pair{GEN_DNS, &request.dns_names}}) {
    for (const std::string& name : *list) {
      if (!is_name(name)) return bad_request("alternative name: 1 to 1024 visible ASCII characters");
      if (!push_name(names.get(), kind, name)) return issue_failed();
    }
  }
  for (const std::string& address : request.ip_addresses) {
    const auto bytes = address_bytes(address);
    if (!bytes) return bad_request("IP address: " + address);
    if (!push_name(names.get(), GEN_IPADD, *bytes)) return issue_failed();
  }
  return names;
}

}  // namespace

Result<IssuedCertificate> issue_root(const std::string& common_name, std::chrono::seconds lifetime,
                                     core::SystemTime now) {
  if (auto good = check_request(common_name, lifetime); !good) return fail(good);
  const Pkey key = openssl::generate_ec_key("P-256");
  if (!key) return issue_failed();
  const X509Certificate certificate = bare(common_name, key.get(), nullptr, lifetime, now);
  constexpr std::array kExtensions{Extension{NID_basic_constraints, "critical,CA:TRUE"},
                                   Extension{NID_key_usage, "critical,keyCertSign,cRLSign"},
                                   Extension{NID_subject_key_identifier, "hash"},
                                   Extension{NID_authority_key_identifier, "keyid:always"}};
  if (!certificate || !add_extensions(certificate.get(), nullptr, kExtensions)) return issue_failed();
  return signed_by(certificate, key.get(), key.get());
}

Result<IssuedCertificate> issue_intermediate(const IssuedCertificate& root, const std::string& common_name,
                                             std::chrono::seconds lifetime, core::SystemTime now) {
  if (auto good = check_request(common_name, lifetime); !good) return fail(good);
  const auto issuer = issuer_of(root, now);
  if (!issuer) return fail(issuer);
  if (X509_get_pathlen(Certificate::Parsed::handle_of(issuer->certificate)) == 0) {
    return bad_issuer("it may issue leaves only");
  }
  const Pkey key = openssl::generate_ec_key("P-256");
  if (!key) return issue_failed();
  const X509Certificate certificate = bare(common_name, key.get(), &*issuer, lifetime, now);
  constexpr std::array kExtensions{Extension{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                   Extension{NID_key_usage, "critical,keyCertSign,cRLSign"},
                                   Extension{NID_subject_key_identifier, "hash"},
                                   Extension{NID_authority_key_identifier, "keyid:always"}};
  if (!certificate || !add_extensions(certificate.get(), &*issuer, kExtensions)) return issue_failed();
  return signed_by(certificate, key.get(), issuer->key.get());
}

Result<IssuedCertificate> issue_leaf(const IssuedCertificate& issued_by, const LeafRequest& request,
                                     core::SystemTime now) {
  if (auto good = check_request(request.common_name, request.lifetime); !good) return fail(good);
  const auto names = alternative_names(request);
  if (!names) return fail(names);
  const auto issuer = issuer_of(issued_by, now);
  if (!issuer) return fail(issuer);
  const Pkey key = openssl::generate_ec_key("P-256");
  if (!key) return issue_failed();
  const X509Certificate certificate = bare(request.common_name, key.get(), &*issuer, request.lifetime, now);
  constexpr std::array kExtensions{Extension{NID_basic_constraints, "critical,CA:FALSE"},
                                   Extension{NID_key_usage, "critical,digitalSignature"},
                                   Extension{NID_ext_key_usage, "serverAuth,clientAuth"},
                                   Extension{NID_subject_key_identifier, "hash"},
                                   Extension{NID_authority_key_identifier, "keyid:always"}};
  if (!certificate || !add_extensions(certificate.get(), &*issuer, kExtensions)) return issue_failed();
  if (sk_GENERAL_NAME_num(names->get()) > 0 &&
      X509_add1_ext_i2d(certificate.get(), NID_subject_alt_name, names->get(), 0, X509V3_ADD_DEFAULT) != 1) {
    return issue_failed();
  }
  return signed_by(certificate, key.get(), issuer->key.get());
}

}  // namespace gatehouse::crypto
