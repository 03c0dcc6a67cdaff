// Inside the supervisor only: where the certificates lie and how one is loaded.
#pragma once

#include <filesystem>
#include <vector>

#include "core/result.hpp"
#include "crypto/x509.hpp"
#include "supervisor/durable_file.hpp"

namespace gatehouse::supervisor {

struct PkiPaths {
  explicit PkiPaths(const std::filesystem::path& data)
      : anchor(data / "pki" / "ca.pem"),
        root_certificate(data / "pki" / "root" / "root.pem"),
        root_key(data / "pki" / "root" / "root.key"),
        issuing_certificate(data / "pki" / "issuing" / "issuing.pem"),
        issuing_key(data / "pki" / "issuing" / "issuing.key") {}

  std::filesystem::path anchor;
  std::filesystem::path root_certificate;
  std::filesystem::path root_key;
  std::filesystem::path issuing_certificate;
  std::filesystem::path issuing_key;
};

struct LeafPaths {
  explicit LeafPaths(const std::filesystem::path& instance_directory)
      : directory(instance_directory / "tls"),
        certificate(directory / "cert.pem"),
        key(directory / "key.pem") {}

  std::filesystem::path directory;
  std::filesystem::path certificate;
  std::filesystem::path key;
};

inline constexpr std::string_view kRoleUriPrefix = "spiffe://gatehouse.local/role/";

// The certificates of a PEM file; `file_missing`, `cannot_read`, `pki_damaged`.
[[nodiscard]] Result<std::vector<crypto::Certificate>> load_certificates(const std::filesystem::path&);
// A certificate and the key that fits it; errors as above.
[[nodiscard]] Result<crypto::IssuedCertificate> load_pair(const std::filesystem::path& certificate,
                                                          const std::filesystem::path& key);
// Key first, certificate last.
[[nodiscard]] Result<void> write_pair(const std::filesystem::path& certificate,
                                      std::string_view certificate_pem, const std::filesystem::path& key,
                                      const Secret& key_pem);

// Instance directories below `data` (at most three levels deep) that have a tls/cert.pem, sorted.
[[nodiscard]] std::vector<std::filesystem::path> instances_below(const std::filesystem::path& data);

}  // namespace gatehouse::supervisor
