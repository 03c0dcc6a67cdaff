#include "gateway/admin/arguments.hpp"

#include "core/fields.hpp"
#include "gateway/admin/multipart.hpp"

namespace gatehouse::gateway::admin {
namespace {

using store::refusal;

constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kIndexMax = 100;  // a[100] makes 100 places: larger ones are keys

// One step into the object that a form describes: a key, the next place of a list, or a given place.
struct Step {
  enum class Kind : std::uint8_t { key, append, index };
  Kind kind;
  std::string key = {};
  std::size_t index = 0;  // from 0
};

Step bracket_step(std::string_view inside) {
  if (inside.empty()) return {.kind = Step::Kind::append};
  const auto index = core::parse_int<std::size_t>(inside);
  if (index && *index >= 1 && *index <= kIndexMax) return {.kind = Step::Kind::index, .index = *index - 1};
  return {.kind = Step::Kind::key, .key = std::string(inside)};
}

// "paths[]" is the key "paths" and an append.
void add_steps(std::string_view part, std::vector<Step>& steps) {
  const std::size_t bracket = part.find('[');
  const bool has_brackets = bracket != std::string_view::npos && bracket > 0 && part.ends_with(']');
  steps.push_back(
      {.kind = Step::Kind::key, .key = std::string(part.substr(0, has_brackets ? bracket : part.size()))});
  if (!has_brackets) return;
  std::string_view rest = part.substr(bracket);
  while (rest.starts_with('[') && rest.find(']') != std::string_view::npos) {
    const std::size_t close = rest.find(']');
    steps.push_back(bracket_step(rest.substr(1, close - 1)));
    rest.remove_prefix(close + 1);
  }
}

std::vector<Step> steps_of(std::string_view name) {
  std::vector<Step> steps;
  const bool is_plain = name.starts_with('.') || name.ends_with('.');
  if (!is_plain) {
    for (const std::string_view part : core::split(name, '.')) {
      if (!part.empty()) add_steps(part, steps);
    }
  }
  if (steps.empty() || steps.size() > kDepthMax) return {{.kind = Step::Kind::key, .key = std::string(name)}};
  return steps;
}

json::array& make_array(json::value& place) {
  if (place.is_null()) place.emplace_array();
  if (!place.is_array()) place = json::array{std::move(place)};
  return place.get_array();
}

json::value& enter(json::value& place, const Step& step) {
  if (step.kind == Step::Kind::key) {
    if (!place.is_object()) place.emplace_object();
    return place.get_object()[step.key];
  }
  json::array& array = make_array(place);
  if (step.kind == Step::Kind::append) return array.emplace_back(nullptr);
  if (array.size() <= step.index) array.resize(step.index + 1);
  return array[step.index];
}

void put(json::value& place, std::string_view text) {
  if (place.is_null()) {
    place = text;
  } else {
    make_array(place).emplace_back(text);  // the same name again
  }
}

Outcome<Arguments> from_json(std::string_view body) {
  auto parsed = core::parse_json_object(body);
  if (!parsed) return std::unexpected(refusal(400, "Cannot parse JSON body"));
  return Arguments{.values = std::move(*parsed), .kind = Values::typed};
}

bool has_too_many(std::string_view form) {
  return static_cast<std::size_t>(std::ranges::count(form, '&')) >= kArgumentsMax;
}

Outcome<core::FormPairs> from_form(std::string_view form) {
  if (has_too_many(form)) return std::unexpected(refusal(400, "Too many arguments"));
  auto pairs = core::parse_form(form, kArgumentsMax);
  if (!pairs) return std::unexpected(refusal(400, "Cannot parse form arguments"));
  return std::move(*pairs);
}

Outcome<core::FormPairs> from_multipart(std::string_view body, std::string_view content_type) {
  const auto boundary = multipart_boundary(content_type);
  auto pairs = boundary ? parse_multipart(body, *boundary, kArgumentsMax) : std::nullopt;
  if (!pairs) return std::unexpected(refusal(400, "Cannot parse multipart body"));
  return std::move(*pairs);
}

}  // namespace

json::object nest(const core::FormPairs& pairs) {
  json::value root = json::object{};
  for (const auto& [name, text] : pairs) {
    json::value* place = &root;
    for (const Step& step : steps_of(name)) place = &enter(*place, step);
    put(*place, text);
  }
  return std::move(root.get_object());
}

std::optional<std::string_view> find_argument(const core::FormPairs& pairs, std::string_view name) {
  const auto found = std::ranges::find(pairs, name, &core::FormPairs::value_type::first);
  return found == pairs.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

Outcome<Arguments> body_arguments(const Call& call) {
  if (call.content_types.size() > 1) {
    return std::unexpected(refusal(400, "Multiple Content-Type headers not allowed"));
  }
  if (call.content_types.empty()) {
    if (call.body.empty()) return Arguments{};
    return std::unexpected(refusal(415, "Unsupported media type"));
  }
  const std::string type = core::to_lower(call.content_types.front());
  if (type.starts_with("application/json")) return from_json(call.body);
  const bool is_form = type.starts_with("application/x-www-form-urlencoded");
  if (!is_form && !type.starts_with("multipart/form-data")) {
    return std::unexpected(refusal(415, "Unsupported media type"));
  }
  auto pairs = is_form ? from_form(call.body) : from_multipart(call.body, call.content_types.front());
  if (!pairs) return std::unexpected(std::move(pairs.error()));
  return Arguments{.values = nest(*pairs), .kind = Values::text};
}

Outcome<core::FormPairs> query_arguments(const Call& call) {
  return from_form(call.query);
}

}  // namespace gatehouse::gateway::admin
