// The first form of an HTML page, read as a browser would: where it goes, and what it sends along by itself.
// Enough for pages without scripts; the guided demo and the tests sign in through the real login page with
// it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.hpp"

namespace gatehouse::demo {

struct HtmlForm {
  std::string action;
  core::FormPairs hidden;           // fields that carry a value of their own
  std::vector<std::string> inputs;  // names of the fields that a person fills in
};

// Nothing if the page has no form.
[[nodiscard]] std::optional<HtmlForm> first_form(std::string_view html);

// The five named entities that pages of ours use, and decimal ones: "&amp;" is "&".
[[nodiscard]] std::string unescape_html(std::string_view text);

}  // namespace gatehouse::demo
