#include "http/problem.hpp"

namespace gatehouse::http {

unsigned status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return 400;
    case ErrorKind::unauthenticated:
      return 401;
    case ErrorKind::declined:
      return 402;
    case ErrorKind::forbidden:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::method_not_allowed:
      return 405;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::precondition_failed:
      return 412;
    case ErrorKind::too_large:
      return 413;
    case ErrorKind::unsupported:
      return 415;
    case ErrorKind::unprocessable:
      return 422;
    case ErrorKind::precondition_required:
      return 428;
    case ErrorKind::rate_limited:
      return 429;
    case ErrorKind::cancelled:
      return 503;
    case ErrorKind::internal:
      return 500;
    case ErrorKind::bad_upstream:
      return 502;
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::timeout:
      return 504;
  }
  return 500;
}

Response json_response(unsigned status, const json::value& body) {
  return text_response(status, "application/json", json::serialize(body));
}

Response problem_response(const Error& error, json::object extensions) {
  const unsigned status = status_of(error.kind);
  json::object document{
      {"type", "about:blank"}, {"title", reason_phrase(status)}, {"status", status}, {"code", error.reason}};
  if (error.origin == Origin::client && !error.detail.empty()) document["detail"] = error.detail;
  for (auto& extension : extensions) document[extension.key()] = std::move(extension.value());
  Response response = text_response(status, "application/problem+json", json::serialize(document));
  if (status == 503 || status == 429) response.headers.add("Retry-After", "1");
  return response;
}

}  // namespace gatehouse::http
