#include "gateway/admin/page.hpp"

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "gateway/admin/arguments.hpp"

namespace gatehouse::gateway::admin {
namespace {

constexpr std::size_t kSizeMax = 1000;
constexpr std::size_t kTagsMax = 5;

Outcome<std::size_t> size_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc{} && end == text.data() + text.size() && !text.empty();
  if (!is_number) return std::unexpected(store::invalid_size("size must be a number"));
  const auto size = core::parse_int<std::size_t>(text);
  if (size && *size >= 1 && *size <= kSizeMax) return *size;
  return std::unexpected(store::invalid_size("size must be an integer between 1 and 1000"));
}

// The offset is the last key of the page before, as base64 of a JSON array: opaque to clients.
std::string offset_after(std::string_view key) {
  return core::to_base64(json::serialize(json::array{json::string(key)}));
}

Outcome<std::string> key_of_offset(std::string_view offset) {
  const auto decoded = core::from_base64(offset);
  if (!decoded) return std::unexpected(store::invalid_offset(offset, "bad base64 encoding"));
  const auto parsed = core::parse_json(*decoded);
  const json::array* key = parsed ? parsed->if_array() : nullptr;
  if (key == nullptr || key->size() != 1 || !key->front().is_string()) {
    return std::unexpected(store::invalid_offset(offset, "bad json"));
  }
  return std::string(key->front().get_string());
}

Outcome<void> read_tags(std::string_view text, PageQuery& query) {
  const bool has_and = text.find(',') != std::string_view::npos;
  const bool has_or = text.find('/') != std::string_view::npos;
  if (text.empty()) return std::unexpected(store::invalid_option("tags", "cannot be null"));
  query.match = has_or ? TagsMatch::any : TagsMatch::all;
  for (const std::string_view tag : core::split(text, has_or ? '/' : ',')) query.tags.emplace_back(tag);
  const bool has_empty = std::ranges::any_of(query.tags, [](const auto& tag) { return tag.empty(); });
  if ((has_and && has_or) || has_empty || !core::is_valid_utf8(text)) {
    return std::unexpected(store::invalid_option("tags", "invalid filter syntax"));
  }
  if (query.tags.size() > kTagsMax) {
    return std::unexpected(store::invalid_option("tags", "cannot specify more than 5 tags"));
  }
  query.tags_text = text;
  return {};
}

}  // namespace

Outcome<PageQuery> page_query(const core::FormPairs& arguments) {
  PageQuery query;
  if (const auto text = find_argument(arguments, "size")) {
    const auto size = size_of(*text);
    if (!size) return std::unexpected(size.error());
    query.size = *size;
    query.size_text = *text;
  }
  if (const auto text = find_argument(arguments, "offset")) {
    auto key = key_of_offset(*text);
    if (!key) return std::unexpected(std::move(key.error()));
    query.after = std::move(*key);
  }
  if (const auto text = find_argument(arguments, "tags")) {
    if (auto read = read_tags(*text, query); !read) return std::unexpected(std::move(read.error()));
  }
  return query;
}

bool has_tags(const json::object& entity, const PageQuery& query) {
  if (query.tags.empty()) return true;
  const json::value* value = entity.if_contains("tags");
  const json::array* tags = value == nullptr ? nullptr : value->if_array();
  if (tags == nullptr) return false;
  const auto has = [&](const std::string& tag) {
    return std::ranges::find(*tags, json::value(json::string(tag))) != tags->end();
  };
  return query.match == TagsMatch::all ? std::ranges::all_of(query.tags, has)
                                       : std::ranges::any_of(query.tags, has);
}

json::object make_page(const std::vector<std::string_view>& keys, const PageQuery& query, const Link& link,
                       const std::function<std::optional<json::value>(std::string_view)>& take) {
  json::array data;
  std::string_view last;
  auto at =
      query.after.empty() ? keys.begin() : std::ranges::upper_bound(keys, std::string_view(query.after));
  for (; at != keys.end() && data.size() < query.size; ++at) {
    auto value = take(*at);
    if (!value) continue;
    data.push_back(std::move(*value));
    last = *at;
  }
  const bool has_more =
      std::any_of(at, keys.end(), [&](std::string_view key) { return take(key).has_value(); });
  json::object page{{"data", std::move(data)}, {"next", nullptr}};
  if (!has_more) return page;
  const std::string offset = offset_after(last);
  page["next"] = fmt::format("{}?offset={}{}", link.path, core::percent_encode(offset), link.parameters);
  page["offset"] = offset;
  return page;
}

}  // namespace gatehouse::gateway::admin
