#include "net/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace gatehouse::net {
namespace {

using Context = std::shared_ptr<ssl_ctx_st>;

// OpenSSL's queue holds the reason; it is emptied so that a later call does not find it.
std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

std::unexpected<Error> rejected(const std::string& file) {
  return fail(ErrorKind::invalid, "tls_file_rejected", fmt::format("{}: {}", file, openssl_reason()));
}

Result<Context> fresh_context(const SSL_METHOD* method) {
  Context context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) return fail(ErrorKind::internal, "tls_unavailable", openssl_reason());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(),
                          "ECDHE+AESGCM:ECDHE+CHACHA20");  // TLS 1.2: forward secrecy and AEAD only
  SSL_CTX_set1_groups_list(context.get(), "X25519:P-256:P-384");
  SSL_CTX_set_options(context.get(),
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

Result<void> load_own_certificate(SSL_CTX* context, const TlsFiles& files) {
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1)
    return rejected(files.certificate);
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return rejected(files.key);
  if (SSL_CTX_check_private_key(context) != 1) return rejected(files.key);
  return {};
}

int accept_any_chain(int /*preverified*/, X509_STORE_CTX* /*store*/) {
  return 1;
}

// Without tickets and session cache: a resumed session would not show the client's chain again, and would
// outlive the certificate that it was opened with.
void never_resume(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

Result<void> ask_client(SSL_CTX* context, const TlsFiles& files, ClientCertificate client_certificate) {
  static constexpr unsigned char session_name[] = "gatehouse";
  SSL_CTX_set_session_id_context(context, session_name, sizeof session_name - 1);
  switch (client_certificate) {
    case ClientCertificate::none:
      return {};
    case ClientCertificate::accept_any:
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, accept_any_chain);
      never_resume(context);
      return {};
    case ClientCertificate::required:
      if (SSL_CTX_load_verify_locations(context, files.ca.c_str(), nullptr) != 1) return rejected(files.ca);
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
      SSL_CTX_set_verify_depth(context, 4);
      never_resume(context);
      return {};
  }
  return {};
}

int choose_http1(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                 const unsigned char* offered, unsigned int offered_size, void* /*argument*/) {
  static constexpr unsigned char http1[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, http1, sizeof http1 - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<Context> server_context(const TlsFiles& files, ClientCertificate client_certificate) {
  auto context = fresh_context(TLS_server_method());
  if (!context) return context;
  if (auto loaded = load_own_certificate(context->get(), files); !loaded) return fail(loaded);
  if (auto asked = ask_client(context->get(), files, client_certificate); !asked) return fail(asked);
  SSL_CTX_set_alpn_select_cb(context->get(), choose_http1, nullptr);
  return context;
}

Result<Context> client_context(const TlsFiles& files) {
  auto context = fresh_context(TLS_client_method());
  if (!context) return context;
  if (!files.certificate.empty()) {
    if (auto loaded = load_own_certificate(context->get(), files); !loaded) return fail(loaded);
  }
  if (files.ca.empty()) {
    SSL_CTX_set_default_verify_paths(context->get());
  } else if (SSL_CTX_load_verify_locations(context->get(), files.ca.c_str(), nullptr) != 1) {
    return rejected(files.ca);
  }
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER, nullptr);
  never_resume(context->get());
  return context;
}

}  // namespace

Result<std::shared_ptr<ServerTls>> ServerTls::load(TlsFiles files, ClientCertificate client_certificate) {
  std::shared_ptr<ServerTls> tls(new ServerTls(std::move(files), client_certificate));
  if (auto loaded = tls->reload(); !loaded) return fail(loaded);
  return tls;
}

Result<void> ServerTls::reload() {
  const std::scoped_lock lock(mutex_);
  auto context = server_context(files_, client_certificate_);
  if (!context) return fail(context);
  context_ = std::move(*context);
  return {};
}

Result<void> ServerTls::ask_for(ClientCertificate client_certificate) {
  {
    const std::scoped_lock lock(mutex_);
    if (client_certificate_ == client_certificate) return {};
    client_certificate_ = client_certificate;
  }
  return reload();
}

std::shared_ptr<ssl_ctx_st> ServerTls::current() const {
  const std::scoped_lock lock(mutex_);
  return context_;
}

Result<std::shared_ptr<ClientTls>> ClientTls::load(TlsFiles files) {
  std::shared_ptr<ClientTls> tls(new ClientTls(std::move(files)));
  if (auto loaded = tls->reload(); !loaded) return fail(loaded);
  return tls;
}

Result<void> ClientTls::reload() {
  auto context = client_context(files_);
  if (!context) return fail(context);
  const std::scoped_lock lock(mutex_);
  context_ = std::move(*context);
  return {};
}

std::shared_ptr<ssl_ctx_st> ClientTls::current() const {
  const std::scoped_lock lock(mutex_);
  return context_;
}

}  // namespace gatehouse::net
