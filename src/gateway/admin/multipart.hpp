// multipart/form-data (RFC 7578): the parts of a body as names and values. File names and part headers other
// than the name are ignored: curl -F cert=@file sends a certificate this way.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/text.hpp"

namespace gatehouse::gateway::admin {

// The boundary parameter of a Content-Type; nothing if there is none or it is longer than 70 bytes.
[[nodiscard]] std::optional<std::string> multipart_boundary(std::string_view content_type);

// In order, duplicates kept. Nothing if the body does not follow the boundary's rules to its closing line, or
// has more than `parts_max` parts.
[[nodiscard]] std::optional<core::FormPairs> parse_multipart(std::string_view body, std::string_view boundary,
                                                             std::size_t parts_max);

}  // namespace gatehouse::gateway::admin
