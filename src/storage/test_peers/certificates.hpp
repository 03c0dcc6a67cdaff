// For tests: one CA with a server's and a client's certificate, as files that any server and client reads.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "crypto/x509.hpp"

namespace gatehouse::storage::test_peers {

struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::filesystem::path both;  // one file, the key last: as libmongoc and HAProxy want it
};

class Certificates {
 public:
  // Writes <directory>/{ca,server,client}*.pem. The server is localhost and 127.0.0.1; `client_name` is the
  // client's common name. `now` three days ago makes expired ones.
  Certificates(const std::filesystem::path& directory, core::SystemTime now,
               const std::string& client_name = "gatehouse")
      : Certificates(directory, issued(crypto::issue_root("Test CA", std::chrono::hours{48}, now)), now,
                     client_name) {}
  // The same under a root that there is already: several servers, one CA.
  Certificates(const std::filesystem::path& directory, crypto::IssuedCertificate root, core::SystemTime now,
               const std::string& client_name = "gatehouse")
      : root_(std::move(root)) {
    ca = directory / "ca.pem";
    write(ca, root_.certificate_pem);
    server = leaf(directory, "server",
                  {.common_name = "localhost",
                   .dns_names = {"localhost", "server.dc1.consul"},
                   .ip_addresses = {"127.0.0.1"}},
                  now);
    client = leaf(directory, "client", {.common_name = client_name}, now);
  }

  // One more certificate by the same CA: <directory>/<name>.pem, <name>-key.pem, <name>-both.pem.
  [[nodiscard]] CertificateFiles leaf(const std::filesystem::path& directory, const std::string& name,
                                      const crypto::LeafRequest& request, core::SystemTime now) const {
    const auto made = issued(crypto::issue_leaf(root_, request, now));
    CertificateFiles files{directory / (name + ".pem"), directory / (name + "-key.pem"),
                           directory / (name + "-both.pem")};
    write(files.certificate, made.certificate_pem);
    write(files.key, std::string(made.key_pem.reveal()));
    write(files.both, made.certificate_pem + std::string(made.key_pem.reveal()));
    return files;
  }

  std::filesystem::path ca;
  CertificateFiles server;
  CertificateFiles client;

 private:
  static crypto::IssuedCertificate issued(Result<crypto::IssuedCertificate> made) {
    if (!made) throw std::runtime_error(made.error().detail);
    return std::move(*made);
  }
  static void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
    std::filesystem::permissions(file, std::filesystem::perms{0600});
  }

  crypto::IssuedCertificate root_;
};

}  // namespace gatehouse::storage::test_peers
