// Abbreviations in requests for services and routes.
#include "core/text.hpp"
#include "gateway/store/entity_schemas.hpp"

namespace gatehouse::gateway::store {
namespace {

struct Url {
  std::string_view scheme;
  std::string_view host;
  std::string_view port;
  std::string_view path;
};

// Generous, as Kong is: what is no URL becomes a path, and the schema complains about that.
Url split_url(std::string_view text) {
  Url url;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) {
    url.path = text;
    return url;
  }
  url.scheme = text.substr(0, scheme_end);
  text.remove_prefix(scheme_end + 3);
  const std::size_t authority_end = text.find_first_of("/?#");
  std::string_view authority = text.substr(0, authority_end);
  if (authority_end != std::string_view::npos) url.path = text.substr(authority_end);
  url.path = url.path.substr(0, url.path.find_first_of("?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  const std::size_t colon = authority.ends_with(']') ? std::string_view::npos : authority.rfind(':');
  url.host = authority.substr(0, colon);
  if (colon != std::string_view::npos) url.port = authority.substr(colon + 1);
  return url;
}

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value() : json::string(text);
}

json::value port_of(const Url& url, std::string_view protocol) {
  if (const auto port = core::parse_int<std::int64_t>(url.port)) return *port;
  if (!url.port.empty()) return json::string(url.port);
  if (protocol == "http") return 80;
  if (protocol == "https") return 443;
  return nullptr;
}

}  // namespace

void expand_service(json::object& service) {
  const json::value* given = service.if_contains("url");
  if (given == nullptr || !given->is_string()) return;
  const std::string text(given->get_string());
  service.erase("url");
  const Url url = split_url(text);
  const std::string protocol = core::to_lower(url.scheme.empty() ? "http" : url.scheme);
  service["protocol"] = json::string(protocol);
  service["host"] = text_or_null(url.host);
  service["port"] = port_of(url, protocol);
  service["path"] = text_or_null(url.path);
}

void expand_route(json::object& route) {
  const json::value* protocols = route.if_contains("protocols");
  if (protocols == nullptr || !protocols->is_array() || route.contains("strip_path")) return;
  const auto is_grpc = [](const json::value& protocol) { return protocol == "grpc" || protocol == "grpcs"; };
  if (std::ranges::any_of(protocols->get_array(), is_grpc)) route["strip_path"] = false;
}

}  // namespace gatehouse::gateway::store
