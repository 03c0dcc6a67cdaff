// Implements the error answers.
#include "gateway/error_page.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "core/text.hpp"
#include "gateway/exchange.hpp"

namespace gatehouse::gateway {
namespace {

enum class Shape : std::uint8_t { json, html, xml, text };

std::optional<Shape> shape_of(std::string_view media_type) {
  if (core::iequals(media_type, "application/json")) return Shape::json;
  if (core::iequals(media_type, "text/html")) return Shape::html;
  if (core::iequals(media_type, "application/xml") || core::iequals(media_type, "text/xml"))
    return Shape::xml;
  if (core::iequals(media_type, "text/plain")) return Shape::text;
  return std::nullopt;
}

double quality_of(std::string_view parameters) {
  for (const auto parameter : core::split(parameters, ';')) {
    const auto pair = core::cut(core::trim(parameter), '=');
    if (!pair || !core::iequals(core::trim(pair->first), "q")) continue;
    const auto text = core::trim(pair->second);
    double quality = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quality);
    return error == std::errc{} && end == text.data() + text.size() ? quality : 0;
  }
  return 1;
}

// The first among the best that we can write; JSON if we can write none.
Shape preferred_shape(std::string_view accept) {
  Shape best = Shape::json;
  double best_quality = 0;
  for (const auto range : core::split(accept, ',')) {
    const auto semicolon = range.find(';');
    const auto shape = shape_of(core::trim(range.substr(0, semicolon)));
    const double quality = semicolon == std::string_view::npos ? 1 : quality_of(range.substr(semicolon + 1));
    if (!shape || quality <= best_quality) continue;
    best = *shape;
    best_quality = quality;
  }
  return best;
}

http::Response shaped(Shape shape, unsigned status, std::string_view message, std::string_view id) {
  const auto escaped =
      shape == Shape::html || shape == Shape::xml ? core::escape_html(message) : std::string();
  switch (shape) {
    case Shape::html:
      return http::text_response(
          status, "text/html; charset=utf-8",
          fmt::format("<!doctype html>\n<html>\n  <head>\n    <meta charset=\"utf-8\">\n"
                      "    <title>Error</title>\n  </head>\n  <body>\n    <h1>Error</h1>\n"
                      "    <p>{}.</p>\n    <p>request_id: {}</p>\n  </body>\n</html>\n",
                      escaped, id));
    case Shape::xml:
      return http::text_response(status, "application/xml; charset=utf-8",
                                 fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>\n"
                                             "  <message>{}</message>\n  <requestid>{}</requestid>\n</error>",
                                             escaped, id));
    case Shape::text:
      return http::text_response(status, "text/plain; charset=utf-8",
                                 fmt::format("{}\nrequest_id: {}\n", message, id));
    case Shape::json:
      break;
  }
  return http::text_response(status, "application/json; charset=utf-8",
                             fmt::format("{{\n  \"message\":{},\n  \"request_id\":\"{}\"\n}}",
                                         json::serialize(json::value(message)), id));
}

struct Page {
  std::string_view reason;
  unsigned status;
  std::string_view message;
};

// Reasons whose answer is not simply that of their kind. The first four are the router's and the balancer's
// own.
constexpr std::array kPages{
    Page{"no_route", 404, "no Route matched with those values"},
    Page{"no_configuration", 503, "the configuration has not been read yet"},
    Page{"no_service", 503, "no Service found with those values"},
    Page{"name_not_found", 503, "name resolution failed"},
    Page{"no_instance", 503, "failure to get a peer from the ring-balancer"},
    Page{"request_size_limit", 413, "Request size limit exceeded"},
};

Page page_of(const Error& error) {
  for (const auto& page : kPages) {
    if (page.reason == error.reason) return page;
  }
  switch (error.kind) {
    case ErrorKind::invalid:
      return {{}, 400, "Bad request"};
    case ErrorKind::unauthenticated:
      return {{}, 401, "Unauthorized"};
    case ErrorKind::forbidden:
      return {{}, 403, "Forbidden"};
    case ErrorKind::not_found:
      return {{}, 404, "Not found"};
    case ErrorKind::method_not_allowed:
      return {{}, 405, "Method not allowed"};
    case ErrorKind::too_large:
      return {{}, 413, "Payload too large"};
    case ErrorKind::rate_limited:
      return {{}, 429, "Too many requests"};
    case ErrorKind::bad_upstream:
      return {{}, 502, "An invalid response was received from the upstream server"};
    case ErrorKind::timeout:
      return {{}, 504, "The upstream server is timing out"};
    case ErrorKind::unavailable:
      if (error.origin == Origin::upstream)
        return {{}, 502, "An invalid response was received from the upstream server"};
      return {{}, 503, "The upstream server is currently unavailable"};
    case ErrorKind::cancelled:
      return {{}, 503, "The upstream server is currently unavailable"};
    default:
      return {{}, 500, "An unexpected error occurred"};
  }
}

}  // namespace

http::Response error_response(const Exchange& exchange, unsigned status, std::string_view message) {
  return shaped(preferred_shape(exchange.http.request.headers.get("Accept")), status, message,
                exchange.request_id());
}

http::Response message_response(unsigned status, std::string_view message) {
  return http::text_response(status, "application/json; charset=utf-8",
                             "{\"message\":" + json::serialize(json::value(message)) + "}");
}

http::Response error_page(const Exchange& exchange, const Error& error) {
  const Page page = page_of(error);
  const auto& headers = exchange.http.request.headers;
  const bool is_routers_own = !page.reason.empty();
  if (is_routers_own || headers.contains("Accept"))
    return error_response(exchange, page.status, page.message);
  // Kong's error pages of the proxy itself follow the request's own type when nothing else is asked for.
  const auto type = headers.get("Content-Type");
  const auto shape = shape_of(core::trim(type.substr(0, type.find(';'))));
  return shaped(shape.value_or(Shape::text), page.status, page.message, exchange.request_id());
}

}  // namespace gatehouse::gateway
