#include "http/base_url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace gatehouse::http {

std::optional<BaseUrl> BaseUrl::parse(std::string_view url, std::uint16_t default_port) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->has_userinfo() || parsed->has_fragment()) return std::nullopt;
  BaseUrl base{.uses_tls = parsed->scheme_id() == boost::urls::scheme::https};
  if (!base.uses_tls && parsed->scheme_id() != boost::urls::scheme::http) return std::nullopt;
  base.host = parsed->host_address();
  base.port = parsed->has_port() ? parsed->port_number() : default_port;
  if (base.host.empty() || base.port == 0) return std::nullopt;
  base.path = std::string(parsed->encoded_path());
  while (base.path.ends_with('/')) base.path.pop_back();
  base.query = std::string(parsed->encoded_query());
  return base;
}

bool BaseUrl::is_loopback() const {
  return host == "127.0.0.1" || host == "localhost" || host == "::1";
}

Result<Target> BaseUrl::target(const std::string& ca) const {
  Target target{.host = host, .port = port, .server_name = host};
  if (!uses_tls) return target;
  net::TlsFiles files{.ca = ca};
  auto tls = net::ClientTls::load(std::move(files));
  if (!tls) return fail(ErrorKind::internal, "ca_rejected", tls.error().detail);
  target.tls = std::move(*tls);
  return target;
}

}  // namespace gatehouse::http
