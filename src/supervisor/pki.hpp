// The platform's certificates on disk: made at the first start, renewed in place, shown by `gatehouse pki`.
//
//   <data>/pki/ca.pem                            the root's certificate: the one trust anchor of every role
//   <data>/pki/root/{root.pem,root.key}          10 years; the directory is the owner's alone (0700), keys are 0600
//   <data>/pki/issuing/{issuing.pem,issuing.key} 1 year; signs the leaves, and only leaves
//   <instance>/tls/{cert.pem,key.pem}            24 hours; cert.pem holds the leaf and the issuing certificate
//
// The root directory may be moved offline after the first start (that is its purpose): nothing needs it until
// the issuing CA is renewed, which is due after two thirds of its year. While the root is away, ensure_pki()
// is content with an issuing CA that is still valid, and says `pki_root_offline` once it is not.
//
// All functions are synchronous and touch the disk: start-up, the command line, or a BlockingPool.
// Errors: unavailable `cannot_write`, `cannot_read` (detail: path and the system's words, such as "No space
// left on device"), `pki_root_offline`; internal `pki_damaged` (a file is there and is not what it should be:
// restore it); invalid `bad_role`; and those of crypto/x509.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "crypto/x509.hpp"

namespace gatehouse::supervisor {

struct PkiLifetimes {
  std::chrono::hours root{10 * 365 * 24};
  std::chrono::hours issuing{365 * 24};
  std::chrono::hours leaf{24};
};

// Makes what is missing and renews the issuing CA when it is due. Running it again changes nothing.
[[nodiscard]] Result<void> ensure_pki(const std::filesystem::path& data, core::SystemTime now,
                                      const PkiLifetimes& = {});

// A new issuing CA, due or not. Leaves of the old one stay good: they carry its certificate with them.
[[nodiscard]] Result<void> renew_issuing_ca(const std::filesystem::path& data, core::SystemTime now,
                                            const PkiLifetimes& = {});

// A leaf with the URI name spiffe://gatehouse.local/role/<role>, `dns_names`, localhost, 127.0.0.1 and ::1.
// The key is replaced first and cert.pem last: whoever watches cert.pem finds the pair that belongs together.
[[nodiscard]] Result<void> issue_role_leaf(const std::filesystem::path& data, std::string_view role,
                                           const std::filesystem::path& instance_directory,
                                           const std::vector<std::string>& dns_names, core::SystemTime now,
                                           const PkiLifetimes& = {});

// From two thirds of its life on.
[[nodiscard]] bool needs_renewal(const crypto::Certificate&, core::SystemTime now);
// Also if the instance's files are missing, do not fit together, or do not chain to this PKI's root.
[[nodiscard]] bool needs_renewal(const std::filesystem::path& data,
                                 const std::filesystem::path& instance_directory, core::SystemTime now);

// Reissues every leaf below `data` under the names it has; gives the instance directories, in order.
[[nodiscard]] Result<std::vector<std::filesystem::path>> renew_all_leaves(const std::filesystem::path& data,
                                                                          core::SystemTime now,
                                                                          const PkiLifetimes& = {});

enum class CertificateState : std::uint8_t { good, renewal_due, not_yet_valid, expired };
[[nodiscard]] CertificateState state_of(const crypto::Certificate&, core::SystemTime now);

// A certificate file of the platform, with what it says of itself. `chain`: its error if it cannot be read.
struct HeldCertificate {
  std::filesystem::path file;
  std::filesystem::path key;  // empty: the key need not be here
  Result<std::vector<crypto::Certificate>> chain;
};
// The root's, the issuing CA's, and all leaves below `data`.
[[nodiscard]] std::vector<HeldCertificate> held_certificates(const std::filesystem::path& data);

// What `gatehouse pki show` prints: root, issuing CA and all leaves below `data` with subject, URI, expiry
// and state.
[[nodiscard]] Result<std::string> pki_table(const std::filesystem::path& data, core::SystemTime now);

}  // namespace gatehouse::supervisor
