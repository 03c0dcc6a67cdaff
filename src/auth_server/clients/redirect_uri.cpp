#include "auth_server/clients/redirect_uri.hpp"

#include <algorithm>
#include <array>

#include <boost/url.hpp>

#include "core/text.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::size_t kUriBytesMax = 2048;

// What the answer adds to the URI. A URI that already carries one could forge an answer.
constexpr std::array<std::string_view, 12> kResponseParameters = {
    "code",      "state",      "session_state", "iss",
    "response",  "id_token",   "error",         "error_description",
    "error_uri", "expires_in", "access_token",  "token_type"};

bool is_reserved(std::string_view name) {
  return std::ranges::any_of(kResponseParameters,
                             [&](std::string_view reserved) { return core::iequals(name, reserved); });
}

bool carries_response_parameter(std::string_view query) {
  const auto pairs = core::parse_form(query, 64);
  if (!pairs) return true;  // what cannot be read cannot be trusted
  return std::ranges::any_of(*pairs, [](const auto& pair) { return is_reserved(pair.first); });
}

bool is_loopback_address(std::string_view host) {
  return host == "127.0.0.1" || host == "[::1]";
}

// RFC 8252 section 7.1: a private-use scheme is a reversed domain name, so it has a dot.
bool is_private_use(std::string_view scheme) {
  return scheme.find('.') != std::string_view::npos && scheme.front() != '.' && scheme.back() != '.';
}

Result<void> check_web(const boost::urls::url_view& url) {
  if (url.host().empty()) return refuse(ErrorKind::invalid, "bad_redirect_uri", "no host");
  if (url.encoded_host().contains("%")) return refuse(ErrorKind::invalid, "bad_redirect_uri", "encoded host");
  const std::string_view host = url.encoded_host();
  if (url.scheme_id() == boost::urls::scheme::http && !is_loopback_address(host) && host != "localhost") {
    return refuse(ErrorKind::invalid, "bad_redirect_uri", "clear text beyond this machine");
  }
  return {};
}

Result<boost::urls::url_view> parse_strictly(std::string_view text) {
  if (text.empty() || text.size() > kUriBytesMax) {
    return refuse(ErrorKind::invalid, "bad_redirect_uri", "empty or too long");
  }
  const auto url =
      boost::urls::parse_absolute_uri(text);  // RFC 3986 only: no space, backslash, control, non-ASCII
  if (!url) return refuse(ErrorKind::invalid, "bad_redirect_uri", "not an absolute URI without a fragment");
  if (url->has_userinfo()) return refuse(ErrorKind::invalid, "bad_redirect_uri", "user-info");
  const std::string scheme = core::to_lower(url->scheme());
  if (scheme != url->scheme()) return refuse(ErrorKind::invalid, "bad_redirect_uri", "scheme in upper case");
  if (scheme == "https" || scheme == "http") {
    if (auto web = check_web(*url); !web) return fail(web);
  } else if (!is_private_use(scheme)) {
    return refuse(ErrorKind::invalid, "bad_redirect_uri", "scheme is neither https nor private-use");
  }
  if (carries_response_parameter(url->encoded_query())) {
    return refuse(ErrorKind::invalid, "bad_redirect_uri", "response parameter in the query");
  }
  return *url;
}

bool is_loopback(const boost::urls::url_view& url) {
  return url.scheme_id() == boost::urls::scheme::http &&
         is_loopback_address(std::string_view(url.encoded_host()));
}

std::string without_port(const boost::urls::url_view& url) {
  boost::urls::url copy(url);
  copy.remove_port();
  return std::string(std::string_view(copy.buffer()));
}

// Below a path tail, nothing may climb out of it once a server has normalised the path: no dot segment in any
// spelling, no path parameter ("..;/"), no encoded separator.
bool stays_below(std::string_view tail) {
  const std::string_view path = tail.substr(0, tail.find('?'));
  const std::string lower = core::to_lower(path);
  for (const std::string_view bad : {"%2e", "%2f", "%5c", "%00", ";", "//"}) {
    if (lower.find(bad) != std::string::npos) return false;
  }
  return std::ranges::none_of(core::split(path, '/'),
                              [](std::string_view segment) { return segment == "." || segment == ".."; });
}

}  // namespace

Result<RedirectPattern> RedirectPattern::parse(std::string_view text, PathTail path_tail) {
  const bool has_tail = text.ends_with("/*");
  const std::string_view fixed = has_tail ? text.substr(0, text.size() - 1) : text;
  if (has_tail && path_tail == PathTail::refused) {
    return refuse(ErrorKind::invalid, "bad_redirect_uri", "a trailing /* must be allowed on the client");
  }
  if (fixed.find('*') != std::string_view::npos) {
    return refuse(ErrorKind::invalid, "bad_redirect_uri", "* other than a trailing /*");
  }
  const auto url = parse_strictly(fixed);
  if (!url) return fail(url);
  if (has_tail && (url->has_query() || !url->has_authority())) {
    return refuse(ErrorKind::invalid, "bad_redirect_uri", "/* in a query or without a host");
  }
  if (has_tail) return RedirectPattern(Kind::path_tail, std::string(text), std::string(fixed));
  if (is_loopback(*url)) return RedirectPattern(Kind::loopback, std::string(text), without_port(*url));
  return RedirectPattern(Kind::exact, std::string(text), std::string(text));
}

bool RedirectPattern::matches(std::string_view uri) const {
  const auto url = parse_strictly(uri);
  if (!url) return false;
  switch (kind_) {
    case Kind::exact:
      return uri == compared_;
    case Kind::loopback:
      return is_loopback(*url) && without_port(*url) == compared_;
    case Kind::path_tail:
      return uri.starts_with(compared_) && stays_below(uri.substr(compared_.size()));
  }
  return false;
}

std::string RedirectPattern::origin() const {
  return origin_of(kind_ == Kind::path_tail ? compared_ : text_);
}

bool matches_any(const std::vector<RedirectPattern>& patterns, std::string_view uri) {
  return std::ranges::any_of(patterns, [&](const RedirectPattern& pattern) { return pattern.matches(uri); });
}

std::string origin_of(std::string_view uri) {
  const auto url = boost::urls::parse_uri(uri);
  if (!url || url->has_userinfo() || url->host().empty()) return {};
  const std::string scheme = core::to_lower(url->scheme());
  if (scheme != "https" && scheme != "http") return {};
  return core::to_lower(fmt::format("{}://{}", scheme, std::string_view(url->encoded_host_and_port())));
}

std::string csp_source_of(std::string_view uri) {
  if (std::string origin = origin_of(uri); !origin.empty()) return origin;
  const auto url = boost::urls::parse_uri(uri);
  return url ? fmt::format("{}:", std::string_view(url->scheme())) : std::string();
}

}  // namespace gatehouse::auth_server
