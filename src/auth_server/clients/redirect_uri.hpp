// Where a client may be sent back to: the rules for registering a redirect URI and for matching one in a
// request (RFC 9700 section 4.1). Pure: no store, no clock.
//
// A match is equality of bytes, with two exceptions: the port of a loopback address (RFC 8252 section 7.3),
// and a trailing "/*" on a client that was given it explicitly. Nothing in a host is ever a pattern.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace gatehouse::auth_server {

enum class PathTail { refused, accepted };  // whether "/*" at the end means "anything below"

class RedirectPattern {
 public:
  // `invalid`/"bad_redirect_uri": not absolute, a scheme that runs code or names a file, clear text beyond
  // this machine, user-info, a fragment, a reserved response parameter in the query, a "*" that was not
  // allowed.
  [[nodiscard]] static Result<RedirectPattern> parse(std::string_view text, PathTail path_tail);

  [[nodiscard]] bool matches(std::string_view uri) const;
  [[nodiscard]] const std::string& text() const { return text_; }
  // "https://app.example.com", or empty for a private-use scheme.
  [[nodiscard]] std::string origin() const;

 private:
  enum class Kind { exact, loopback, path_tail };
  RedirectPattern(Kind kind, std::string text, std::string compared)
      : kind_(kind), text_(std::move(text)), compared_(std::move(compared)) {}

  Kind kind_;
  std::string text_;
  std::string compared_;  // what is compared: without the port, or without the "*"
};

[[nodiscard]] bool matches_any(const std::vector<RedirectPattern>& patterns, std::string_view uri);

// "https://host:port" of an absolute http(s) URI; empty for anything else.
[[nodiscard]] std::string origin_of(std::string_view uri);

// The source expression by which a Content-Security-Policy names the URI: its origin, or "scheme:".
[[nodiscard]] std::string csp_source_of(std::string_view uri);

}  // namespace gatehouse::auth_server
