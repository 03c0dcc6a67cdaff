#include "gateway/admin/multipart.hpp"

namespace gatehouse::gateway::admin {
namespace {

constexpr std::size_t kBoundaryMax = 70;  // RFC 2046 section 5.1.1
constexpr std::size_t kPartHeadMax = 8192;

// The value of `name` among ";"-separated parameters, quotes taken off. A ";" inside quotes does not
// separate.
std::optional<std::string> parameter(std::string_view text, std::string_view name) {
  bool is_quoted = false;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && text[at] == '"') is_quoted = !is_quoted;
    if (at < text.size() && (text[at] != ';' || is_quoted)) continue;
    const auto pair = core::cut(core::trim(text.substr(begin, at - begin)), '=');
    begin = at + 1;
    if (!pair || !core::iequals(core::trim(pair->first), name)) continue;
    std::string_view value = core::trim(pair->second);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return std::nullopt;
}

// The name in "Content-Disposition: form-data; name=…".
std::optional<std::string> part_name(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const auto field = core::cut(head.substr(0, end), ':');
    if (field && core::iequals(core::trim(field->first), "content-disposition")) {
      return parameter(field->second, "name");
    }
    head = end == std::string_view::npos ? std::string_view{} : head.substr(end + 2);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kBoundaryMax) return std::nullopt;
  return boundary;
}

std::optional<core::FormPairs> parse_multipart(std::string_view body, std::string_view boundary,
                                               std::size_t parts_max) {
  const std::string opening = "--" + std::string(boundary);
  const std::string delimiter = "\r\n" + opening;
  std::size_t at = body.starts_with(opening) ? opening.size() : body.find(delimiter);
  if (at == std::string_view::npos) return std::nullopt;
  if (!body.starts_with(opening)) at += delimiter.size();
  core::FormPairs pairs;
  for (;;) {
    std::string_view rest = body.substr(at);
    if (rest.starts_with("--")) return pairs;
    if (!rest.starts_with("\r\n") || pairs.size() == parts_max) return std::nullopt;
    const std::size_t head_end = rest.find("\r\n\r\n");
    if (head_end == std::string_view::npos || head_end > kPartHeadMax) return std::nullopt;
    const auto name = part_name(head_end < 2 ? std::string_view{} : rest.substr(2, head_end - 2));
    const std::size_t content = head_end + 4;
    const std::size_t content_end = rest.find(delimiter, content);
    if (!name || content_end == std::string_view::npos) return std::nullopt;
    pairs.emplace_back(*name, rest.substr(content, content_end - content));
    at += content_end + delimiter.size();
  }
}

}  // namespace gatehouse::gateway::admin
