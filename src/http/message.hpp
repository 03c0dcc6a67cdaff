// Requests and responses, as server and client both see them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/body.hpp"
#include "http/headers.hpp"
#include "net/stream.hpp"

namespace gatehouse::http {

struct Request {
  std::string method = "GET";
  std::string target = "/";  // origin-form, as sent: path and query, not decoded
  Headers headers;
  // What the body is: exactly one of these, or none. A server sets `body` (null: the request has none);
  // a client may set `content` instead.
  std::string content;
  Body* body = nullptr;

  [[nodiscard]] std::string_view path() const;   // up to '?', not decoded
  [[nodiscard]] std::string_view query() const;  // after '?', empty if none
};

struct Response {
  Response() = default;
  explicit Response(unsigned status_) : status(status_) {}

  unsigned status = 200;
  Headers headers;  // without Content-Length, Transfer-Encoding, Connection, Date: the connection writes them
  std::string content;           // the whole body, when it is here
  std::unique_ptr<Body> stream;  // else: pulled and written piece by piece
  // After a 101: owns both directions from here; the first argument is the client's stream, the second what
  // was already read from it.
  std::function<Awaitable<>(net::Stream&, std::string)> tunnel;
  bool close_connection = false;
  // Ends the connection without an answer. Only a test peer wants this.
  bool drop_connection = false;
};

[[nodiscard]] Response text_response(unsigned status, std::string_view content_type, std::string content);
[[nodiscard]] std::string_view reason_phrase(unsigned status);

}  // namespace gatehouse::http
