// Implements path normalisation and the joining of service path and request path.
#include "gateway/uri.hpp"

#include <array>
#include <cstring>

namespace gatehouse::gateway {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

// What may stand in a path as it is: unreserved, sub-delims, ":", "@" and "/" (RFC 3986 section 3.3).
constexpr auto kPathBytes = [] {
  std::array<bool, 256> allowed{};
  for (const char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/"))
    allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}();

bool is_unreserved(unsigned char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_normal(std::string_view path) {
  char before = 0;
  for (const char c : path) {
    if (!kPathBytes[static_cast<unsigned char>(c)]) return false;
    if (before == '/' && (c == '/' || c == '.'))
      return false;  // perhaps not a dot segment; the slow way decides
    before = c;
  }
  return true;
}

void append_escaped(std::string& out, unsigned char c) {
  out += '%';
  out += kHexDigits[c >> 4];
  out += kHexDigits[c & 15];
}

Result<void> unescape_into(std::string& out, std::string_view path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto c = static_cast<unsigned char>(path[i]);
    if (c == 0) return refuse(ErrorKind::invalid, "malformed_path");  // as %00 below: C strings end there
    if (c != '%') {
      kPathBytes[c] ? out.push_back(path[i]) : append_escaped(out, c);
      continue;
    }
    const int high = i + 2 < path.size() ? hex_value(path[i + 1]) : -1;
    const int low = i + 2 < path.size() ? hex_value(path[i + 2]) : -1;
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return refuse(ErrorKind::invalid, "malformed_path");
    const auto byte = static_cast<unsigned char>(high * 16 + low);
    is_unreserved(byte) ? out.push_back(static_cast<char>(byte)) : append_escaped(out, byte);
    i += 2;
  }
  return {};
}

// RFC 3986 section 5.2.4 and the merging of slashes, in place. The path starts with "/".
void resolve_segments(std::string& path) {
  std::size_t written = 0;
  std::size_t at = 0;
  while (at < path.size()) {
    auto end = path.find('/', at + 1);
    if (end == std::string::npos) end = path.size();
    const std::string_view segment = std::string_view(path).substr(at + 1, end - at - 1);
    const bool last = end == path.size();
    if (segment == "..") {
      written = written == 0 ? 0 : path.rfind('/', written - 1);
      if (last) path[written++] = '/';
    } else if (segment == "." || segment.empty()) {
      if (last) path[written++] = '/';
    } else {
      std::memmove(path.data() + written, path.data() + at, end - at);
      written += end - at;
    }
    at = end;
  }
  path.resize(written);
}

}  // namespace

SplitTarget split_target(std::string_view target) {
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return {.path = target, .query = {}, .has_query = false};
  return {.path = target.substr(0, mark), .query = target.substr(mark + 1), .has_query = true};
}

Result<std::string_view> normalise_path(std::string_view path, std::string& storage) {
  if (path.empty() || path.front() != '/') return refuse(ErrorKind::invalid, "malformed_path");
  if (is_normal(path)) return path;
  storage.clear();
  storage.reserve(path.size() + 16);
  if (auto decoded = unescape_into(storage, path); !decoded) return fail(decoded);
  resolve_segments(storage);
  return std::string_view(storage);
}

std::string upstream_path(std::string_view service_path, std::string_view path, std::size_t matched,
                          Strip strip) {
  const std::string_view base = service_path.empty() ? "/" : service_path;
  const bool base_ends_with_slash = base.back() == '/';
  const std::string_view bare = base_ends_with_slash ? base.substr(0, base.size() - 1) : base;
  const auto joined = [](std::string_view head, std::string_view tail) {
    std::string text;
    text.reserve(head.size() + tail.size());
    return text.append(head).append(tail);
  };

  if (strip == Strip::no) {
    if (path == "/") return std::string(base);
    return joined(bare, path);
  }
  const auto rest = path.substr(matched);
  if (!rest.empty()) return rest.front() == '/' ? joined(bare, rest) : joined(bare, "/").append(rest);
  // The route's own path ended with "/": so does the result, unless the request is for "/" itself.
  if (path.back() == '/' && (path.size() > 1 || base_ends_with_slash)) return joined(bare, "/");
  return bare.empty() ? "/" : std::string(bare);
}

}  // namespace gatehouse::gateway
