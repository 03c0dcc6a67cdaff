#include "demo/html_form.hpp"

#include <array>
#include <utility>

namespace gatehouse::demo {

namespace {

// The inside of the next tag of that name from `at` on: "<input name=…>" gives " name=…". Moves `at` behind
// it.
std::optional<std::string_view> next_tag(std::string_view html, std::string_view name, std::size_t& at) {
  while ((at = html.find('<', at)) != std::string_view::npos) {
    const auto end = html.find('>', at);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inside = html.substr(at + 1, end - at - 1);
    at = end + 1;
    const bool is_it =
        inside.starts_with(name) && (inside.size() == name.size() || inside[name.size()] == ' ');
    if (is_it) return inside.substr(name.size());
  }
  return std::nullopt;
}

std::optional<std::string> attribute(std::string_view tag, std::string_view name) {
  const std::string wanted = " " + std::string(name) + "=\"";
  const auto at = tag.find(wanted);
  if (at == std::string_view::npos) return std::nullopt;
  const auto begin = at + wanted.size();
  return unescape_html(tag.substr(begin, tag.find('"', begin) - begin));
}

}  // namespace

std::string unescape_html(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 6> entities{
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&#x27;", '\''}}};
  std::string plain;
  while (!text.empty()) {
    const auto* const found =
        std::ranges::find_if(entities, [text](const auto& entity) { return text.starts_with(entity.first); });
    plain += found == entities.end() ? text.front() : found->second;
    text.remove_prefix(found == entities.end() ? 1 : found->first.size());
  }
  return plain;
}

std::optional<HtmlForm> first_form(std::string_view html) {
  std::size_t at = 0;
  const auto opening = next_tag(html, "form", at);
  if (!opening) return std::nullopt;
  HtmlForm form{.action = attribute(*opening, "action").value_or(""), .hidden = {}, .inputs = {}};
  const std::string_view content = html.substr(at, html.find("</form>", at) - at);
  at = 0;
  while (const auto input = next_tag(content, "input", at)) {
    const auto name = attribute(*input, "name");
    if (!name) continue;
    if (attribute(*input, "type") == "hidden") {
      form.hidden.emplace_back(*name, attribute(*input, "value").value_or(""));
    } else {
      form.inputs.push_back(*name);
    }
  }
  at = 0;
  while (const auto button = next_tag(content, "button", at)) {  // the one that is pressed is sent along
    const auto name = attribute(*button, "name");
    if (name) form.hidden.emplace_back(*name, attribute(*button, "value").value_or(""));
  }
  return form;
}

}  // namespace gatehouse::demo
