// Outgoing connections: resolve, connect, shake hands, all before one deadline.
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/resolve.hpp"
#include "net/stream_state.hpp"
#include "runtime/token.hpp"

namespace gatehouse::net {

namespace asio = boost::asio;
using boost::system::error_code;
using runtime::as_values;
using tcp = asio::ip::tcp;

void configure_socket(Socket& socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
}

namespace {

std::unexpected<Error> nothing_sent(ErrorKind kind, std::string_view reason, std::string detail) {
  Error error(kind, reason, std::move(detail), Origin::upstream);
  error.safe_to_retry = true;
  return std::unexpected<Error>(std::move(error));
}

// Whom the certificate must name, checked by OpenSSL during the handshake.
void expect_name(SSL* ssl, const ConnectOptions& options) {
  const std::string& name = options.server_name.empty() ? options.host : options.server_name;
  error_code error;
  (void)asio::ip::make_address(name, error);
  const bool is_address = !error;
  if (!is_address) SSL_set_tlsext_host_name(ssl, name.c_str());
  if (!options.verify_peer) {
    SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
    return;
  }
  if (!options.peer_uri.empty()) return;  // checked after the handshake: OpenSSL does not match URIs
  X509_VERIFY_PARAM* rules = SSL_get0_param(ssl);
  if (is_address) {
    X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str());
  } else {
    X509_VERIFY_PARAM_set1_host(rules, name.c_str(), name.size());
  }
}

std::string why_handshake_failed(SSL* ssl, const error_code& error) {
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
  return error.message();
}

}  // namespace

Awaitable<Result<void>> shake_hands(Stream::State& state, std::shared_ptr<ssl_ctx_st> context,
                                    HandshakeSide side, const ConnectOptions* expected) {
  SSL* ssl = SSL_new(context.get());
  if (ssl == nullptr) co_return fail(ErrorKind::internal, "tls_unavailable");
  state.tls = std::make_unique<TlsSession>(state.socket, ssl);  // owns ssl
  if (expected != nullptr) expect_name(ssl, *expected);
  const auto type =
      side == HandshakeSide::server ? asio::ssl::stream_base::server : asio::ssl::stream_base::client;
  const auto [error] = co_await state.tls->async_handshake(type, as_values);
  if (error) {
    if (state.is_expired) co_return nothing_sent(ErrorKind::timeout, "connect_timeout", "TLS handshake");
    co_return nothing_sent(ErrorKind::unavailable, "tls_handshake_failed", why_handshake_failed(ssl, error));
  }
  describe_peer(state);
  if (expected != nullptr && !expected->peer_uri.empty() && expected->verify_peer) {
    const auto& certificate = state.peer.certificate;
    if (!certificate ||
        std::ranges::find(certificate->uri_names(), expected->peer_uri) == certificate->uri_names().end()) {
      co_return nothing_sent(ErrorKind::unavailable, "tls_handshake_failed",
                             "the peer is not " + expected->peer_uri);
    }
  }
  co_return Result<void>{};
}

void describe_peer(Stream::State& state) {
  error_code ignored;
  const auto remote = state.socket.remote_endpoint(ignored);
  state.peer.address = remote.address().to_string();
  state.peer.port = remote.port();
  state.peer.local_port = state.socket.local_endpoint(ignored).port();
  if (!state.tls) return;

  SSL* ssl = state.tls->native_handle();
  state.peer.is_tls = true;
  state.peer.tls_version = SSL_get_version(ssl);
  state.peer.tls_cipher = SSL_get_cipher_name(ssl);
  if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) state.peer.server_name = name;

  const auto to_certificate = [](X509* x509) -> std::optional<crypto::Certificate> {
    unsigned char* der = nullptr;
    const int size = i2d_X509(x509, &der);
    if (size <= 0) return std::nullopt;
    auto parsed =
        crypto::Certificate::from_der({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    if (!parsed) return std::nullopt;
    return std::move(*parsed);
  };
  X509* leaf = SSL_get0_peer_certificate(ssl);
  if (leaf == nullptr) return;
  if (auto certificate = to_certificate(leaf)) {
    state.peer.certificate = std::make_shared<const crypto::Certificate>(std::move(*certificate));
  }
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
    X509* link = sk_X509_value(chain, i);
    if (X509_cmp(link, leaf) == 0) continue;
    if (auto certificate = to_certificate(link)) state.peer.intermediates.push_back(std::move(*certificate));
  }
  const bool was_judged =
      SSL_get_verify_callback(ssl) == nullptr && SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE;
  state.peer.is_certificate_trusted = was_judged && SSL_get_verify_result(ssl) == X509_V_OK;
}

Awaitable<Result<Stream>> connect(ConnectOptions options, Deadline deadline) {
  const auto addresses = co_await resolve(options.host, deadline);
  if (!addresses) co_return fail(addresses);

  const auto executor = co_await asio::this_coro::executor;
  error_code last = asio::error::host_not_found;
  for (const std::string& address : *addresses) {
    const tcp::endpoint endpoint(asio::ip::make_address(address), options.port);
    auto state = std::make_unique<Stream::State>(Socket(executor));
    state->expires_at = deadline.time();
    std::tie(last) = co_await state->socket.async_connect(endpoint, as_values);
    if (state->is_expired)
      co_return nothing_sent(ErrorKind::timeout, "connect_timeout", fmt::format("{}", options.host));
    if (last) continue;
    configure_socket(state->socket);
    if (options.tls) {
      const auto shaken =
          co_await shake_hands(*state, options.tls->current(), HandshakeSide::client, &options);
      if (!shaken) co_return fail(shaken);
    } else {
      describe_peer(*state);
    }
    co_return Stream(std::move(state));
  }
  if (last == asio::error::operation_aborted) co_return fail(ErrorKind::cancelled, "stopped");
  co_return nothing_sent(ErrorKind::unavailable, "connect_failed",
                         fmt::format("{}:{}: {}", options.host, options.port, last.message()));
}

}  // namespace gatehouse::net
