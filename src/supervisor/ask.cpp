#include "supervisor/ask.hpp"

#include "identity/principal.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::supervisor {

namespace {

constexpr std::chrono::milliseconds kPatience{3'000};
constexpr std::size_t kBytesMax = 16 * 1024 * 1024;  // metrics

}  // namespace

Result<http::Reply> ask(const Platform& platform, const Instance& instance, std::string path) {
  const Layout layout{platform.data};
  const auto ours = layout.instance_dir("up") / "tls";
  auto tls = net::ClientTls::load({.certificate = (ours / "cert.pem").string(),
                                   .key = (ours / "key.pem").string(),
                                   .ca = layout.ca_file().string()});
  if (!tls) return fail(tls);
  http::Target target{.host = platform.address, .port = instance.port, .tls = std::move(*tls)};
  target.peer_uri = identity::uri_of_role(instance.role);
  boost::asio::io_context io{1};
  http::Client client(io.get_executor(), {.body_bytes_max = kBytesMax});
  http::Request request{.target = std::move(path)};
  auto reply = runtime::run_to_end(io, client.fetch(target, request, Deadline::after(kPatience)));
  client.close_idle();
  return reply;
}

}  // namespace gatehouse::supervisor
