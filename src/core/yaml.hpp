// YAML 1.2 for configuration files, read into a JSON value: mappings with text keys, sequences and scalars of
// the core schema. One document, limits on everything, duplicate keys and tags refused. JSON is YAML as well.
//
// Aliases are copies and count as such, so a short text cannot become a large value.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "core/result.hpp"

namespace gatehouse::core {

struct YamlLimits {
  std::size_t bytes_max = 256 * 1024;      // of the text
  std::size_t depth_max = 32;              // of what is nested
  std::size_t values_max = 10'000;         // aliases counted as what they stand for
  std::size_t scalar_bytes_max = 1 << 20;  // of all scalars together, counted likewise
};

struct YamlDocument {
  json::value value;
  // By path, as core::Fields writes it: "roles.orders.port", "tags[2]". Lines count from 1.
  std::map<std::string, int, std::less<>> lines;

  // Of the path, or of the nearest thing around it that is there; 1 for the whole.
  [[nodiscard]] int line_of(std::string_view path) const;
  // "12: roles.orders.port: must be …" for a detail of core::Fields, which begins with the path.
  [[nodiscard]] std::string located(std::string_view detail) const;
};

// `invalid`/"malformed_yaml" with the line: "12: the key \"port\" is there twice". An empty text is null.
[[nodiscard]] Result<YamlDocument> parse_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace gatehouse::core
