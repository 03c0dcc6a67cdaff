// TLS contexts, reloadable while connections live: a connection keeps the context it began with, the next
// one gets the new certificate. TLS 1.2 is the floor, 1.3 preferred.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "crypto/x509.hpp"

struct ssl_ctx_st;  // SSL_CTX
struct ssl_st;      // SSL

namespace gatehouse::net {

// PEM files. `certificate` holds the leaf and its intermediates.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string ca;  // trust anchors for the peer's certificate
};

enum class ClientCertificate {
  none,        // not asked for
  accept_any,  // asked for; not judged here (the gateway's mtls-auth plugin judges it)
  required,    // must chain to `ca`, or the handshake fails
};

// A server's context. Thread-safe: reload() swaps it whole.
class ServerTls {
 public:
  static Result<std::shared_ptr<ServerTls>> load(TlsFiles files, ClientCertificate);
  // Reads the files again. On an error the old context stays in force.
  Result<void> reload();
  // From the next connection on.
  Result<void> ask_for(ClientCertificate client_certificate);
  [[nodiscard]] std::shared_ptr<ssl_ctx_st> current() const;

 private:
  ServerTls(TlsFiles files, ClientCertificate client_certificate)
      : files_(std::move(files)), client_certificate_(client_certificate) {}
  TlsFiles files_;
  mutable std::mutex mutex_;
  ClientCertificate client_certificate_;
  std::shared_ptr<ssl_ctx_st> context_;
};

// A client's context: our certificate (may be empty: none is sent), and whom we trust.
class ClientTls {
 public:
  static Result<std::shared_ptr<ClientTls>> load(TlsFiles files);
  Result<void> reload();
  [[nodiscard]] std::shared_ptr<ssl_ctx_st> current() const;

 private:
  explicit ClientTls(TlsFiles files) : files_(std::move(files)) {}
  TlsFiles files_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;
};

// What is known of the other side, once per connection.
struct Peer {
  std::string address;  // numeric
  std::uint16_t port = 0;
  std::uint16_t local_port = 0;
  bool is_tls = false;
  std::string tls_version;  // "TLSv1.3"
  std::string tls_cipher;
  std::string server_name;                                 // SNI as the client sent it
  std::shared_ptr<const crypto::Certificate> certificate;  // what the peer presented
  std::vector<crypto::Certificate> intermediates;          // sent with it
  bool is_certificate_trusted = false;                     // chains to the listener's `ca`
};

}  // namespace gatehouse::net
