// One page of a list: size, offset and tag filter of the query, and the envelope
// {"data":[…],"next":…,"offset":…}.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "gateway/admin/call.hpp"
#include "gateway/store/entities.hpp"

namespace gatehouse::gateway::admin {

enum class TagsMatch : std::uint8_t { all, any };

struct PageQuery {
  std::size_t size = 100;
  std::string after;  // the last id that the client has seen
  std::vector<std::string> tags;
  TagsMatch match = TagsMatch::all;
  // For the "next" link, as the client sent them.
  std::string tags_text;
  std::string size_text;
};

// Refused: [7] offset, [9] size, [11] tags.
[[nodiscard]] Outcome<PageQuery> page_query(const core::FormPairs& query);

[[nodiscard]] bool has_tags(const json::object& entity, const PageQuery&);

// The first `size` of `keys` (ordered) beyond `after` for which `take` gives a value. `link` is the list's
// own path with the parameters that the next page needs besides the offset: "/services" and "&size=2".
struct Link {
  std::string path;
  std::string parameters;
};
[[nodiscard]] json::object make_page(const std::vector<std::string_view>& keys, const PageQuery& query,
                                     const Link& link,
                                     const std::function<std::optional<json::value>(std::string_view)>& take);

}  // namespace gatehouse::gateway::admin
