#include "core/fields.hpp"

#include <array>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::core {

Fields::Fields(const json::object& object, std::string path) : object_(object), path_(std::move(path)) {}

std::string Fields::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

void Fields::reject(std::string_view name, std::string_view why) {
  if (!first_error_) first_error_ = fmt::format("{}: {}", path_of(name), why);
}

const json::value* Fields::take(std::string_view name) {
  seen_.insert(std::string(name));
  const json::value* value = object_.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const json::value* Fields::need(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) reject(name, "is required");
  return value;
}

std::optional<std::string> Fields::text_of(std::string_view name, const json::value& value,
                                           TextLimits limits) {
  const auto* text = value.if_string();
  if (text == nullptr) {
    reject(name, "must be a string");
  } else if (text->size() < limits.bytes_min) {
    reject(name, limits.bytes_min == 1 ? "must not be empty"
                                       : fmt::format("must have at least {} bytes", limits.bytes_min));
  } else if (text->size() > limits.bytes_max) {
    reject(name, fmt::format("must have at most {} bytes", limits.bytes_max));
  } else if (!is_valid_utf8({text->data(), text->size()})) {
    reject(name, "must be UTF-8");
  } else {
    return std::string(*text);
  }
  return std::nullopt;
}

std::string Fields::required_text(std::string_view name, TextLimits limits) {
  const json::value* value = need(name);
  return value == nullptr ? std::string() : text_of(name, *value, limits).value_or("");
}

std::string Fields::optional_text(std::string_view name, std::string fallback, TextLimits limits) {
  const json::value* value = take(name);
  return value == nullptr ? fallback : text_of(name, *value, limits).value_or(fallback);
}

std::optional<std::string> Fields::maybe_text(std::string_view name, TextLimits limits) {
  const json::value* value = take(name);
  return value == nullptr ? std::nullopt : text_of(name, *value, limits);
}

std::optional<std::int64_t> Fields::int_of(std::string_view name, const json::value& value, IntRange range) {
  std::int64_t number = 0;
  if (const auto* small = value.if_int64()) {
    number = *small;
  } else if (const auto* large = value.if_uint64(); large != nullptr && std::in_range<std::int64_t>(*large)) {
    number = static_cast<std::int64_t>(*large);  // as our own code makes it of a port; parsed text never is
  } else {
    reject(name, "must be an integer");  // 1.0, 1e3 and anything above int64 as well: money is never rounded
    return std::nullopt;
  }
  if (number < range.min || number > range.max) {
    reject(name, fmt::format("must be between {} and {}", range.min, range.max));
    return std::nullopt;
  }
  return number;
}

std::int64_t Fields::required_int(std::string_view name, IntRange range) {
  const json::value* value = need(name);
  return value == nullptr ? range.min : int_of(name, *value, range).value_or(range.min);
}

std::int64_t Fields::optional_int(std::string_view name, std::int64_t fallback, IntRange range) {
  const json::value* value = take(name);
  return value == nullptr ? fallback : int_of(name, *value, range).value_or(fallback);
}

std::optional<std::int64_t> Fields::maybe_int(std::string_view name, IntRange range) {
  const json::value* value = take(name);
  return value == nullptr ? std::nullopt : int_of(name, *value, range);
}

bool Fields::optional_flag(std::string_view name, bool fallback) {
  const json::value* value = take(name);
  if (value == nullptr) return fallback;
  if (const auto* flag = value->if_bool()) return *flag;
  reject(name, "must be true or false");
  return fallback;
}

std::chrono::milliseconds Fields::optional_duration(std::string_view name,
                                                    std::chrono::milliseconds fallback) {
  const json::value* value = take(name);
  if (value == nullptr) return fallback;
  struct Unit {
    std::string_view suffix;
    std::int64_t millis;
  };
  static constexpr std::array units{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000}, Unit{"h", 3'600'000},
                                    Unit{"d", 86'400'000}};
  if (const auto* text = value->if_string()) {
    for (const Unit& unit : units) {
      std::string_view digits{text->data(), text->size()};
      if (!digits.ends_with(unit.suffix)) continue;
      digits.remove_suffix(unit.suffix.size());
      const auto count = parse_int<std::int64_t>(digits);
      if (count && *count >= 0 && *count <= 10 * 365 * 86'400'000LL / unit.millis) {
        return std::chrono::milliseconds{*count * unit.millis};
      }
    }
  }
  reject(name, "must be a duration such as \"250ms\", \"30s\", \"5m\" or \"24h\"");
  return fallback;
}

std::size_t Fields::optional_size(std::string_view name, std::size_t fallback) {
  const json::value* value = take(name);
  if (value == nullptr) return fallback;
  if (const auto* number = value->if_int64(); number != nullptr && *number >= 0) {
    return static_cast<std::size_t>(*number);
  }
  if (const auto* text = value->if_string()) {
    std::string_view digits{text->data(), text->size()};
    std::size_t unit = 0;
    if (digits.ends_with("KiB")) unit = 1024;
    if (digits.ends_with("MiB")) unit = 1024 * 1024;
    if (digits.ends_with("GiB")) unit = 1024 * 1024 * 1024;
    if (unit != 0) {
      digits.remove_suffix(3);
      const auto count = parse_int<std::uint32_t>(digits);
      if (count) return *count * unit;
    }
  }
  reject(name, "must be a size such as \"64KiB\", \"1MiB\" or a number of bytes");
  return fallback;
}

std::vector<std::string> Fields::optional_texts(std::string_view name, std::vector<std::string> fallback) {
  const json::value* value = take(name);
  if (value == nullptr) return fallback;
  const auto* array = value->if_array();
  if (array == nullptr) {
    reject(name, "must be an array of strings");
    return fallback;
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < array->size(); ++i) {
    auto text = text_of(fmt::format("{}[{}]", name, i), (*array)[i], {.bytes_min = 0, .bytes_max = 4096});
    if (!text) return fallback;
    texts.push_back(std::move(*text));
  }
  return texts;
}

const json::object* Fields::maybe_object(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) reject(name, "must be an object");
  return value->if_object();
}

const json::array* Fields::maybe_array(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) reject(name, "must be an array");
  return value->if_array();
}

const json::value* Fields::maybe_value(std::string_view name) {
  return take(name);
}

Result<void> Fields::finish_lenient() const {
  if (first_error_) return refuse(ErrorKind::invalid, "invalid_field", *first_error_);
  return {};
}

Result<void> Fields::finish() const {
  if (first_error_) return finish_lenient();
  for (const auto& entry : object_) {
    if (!seen_.contains(std::string_view(entry.key()))) {
      return refuse(ErrorKind::invalid, "unknown_field",
                    fmt::format("{}: unknown field", path_of(entry.key())));
    }
  }
  return {};
}

namespace {

constexpr std::size_t kJsonDepthMax = 32;

// Boost.JSON keeps the last of two equal keys; two readers that choose differently are a way around a check.
struct DuplicateKeys {
  static constexpr std::size_t max_object_size = 100'000;
  static constexpr std::size_t max_array_size = 1'000'000;
  static constexpr std::size_t max_key_size = 65'536;
  static constexpr std::size_t max_string_size = 64 * 1024 * 1024;

  std::vector<std::set<std::string>> open;
  std::string key;
  bool found = false;

  using code = boost::system::error_code;
  bool on_document_begin(code&) { return true; }
  bool on_document_end(code&) { return true; }
  bool on_object_begin(code&) {
    open.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, code&) {
    open.pop_back();
    return true;
  }
  bool on_array_begin(code&) { return true; }
  bool on_array_end(std::size_t, code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, code&) {
    key += std::string_view(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, code&) {
    key += std::string_view(part.data(), part.size());
    if (!open.back().insert(std::exchange(key, {})).second) found = true;
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, code&) { return true; }
  bool on_string(json::string_view, std::size_t, code&) { return true; }
  bool on_number_part(json::string_view, code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, code&) { return true; }
  bool on_double(double, json::string_view, code&) { return true; }
  bool on_bool(bool, code&) { return true; }
  bool on_null(code&) { return true; }
  bool on_comment_part(json::string_view, code&) { return true; }
  bool on_comment(json::string_view, code&) { return true; }
};

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;

  json::basic_parser<DuplicateKeys> scanner(options);
  boost::system::error_code error;
  const std::size_t used = scanner.write_some(false, text.data(), text.size(), error);
  if (!error && used < text.size()) error = json::error::extra_data;
  if (error) return refuse(ErrorKind::invalid, "malformed_json", "body: " + error.message());
  if (scanner.handler().found) {
    return refuse(ErrorKind::invalid, "malformed_json", "body: an object has the same key twice");
  }
  json::value value = json::parse(text, error, {}, options);
  if (error) return refuse(ErrorKind::invalid, "malformed_json", "body: " + error.message());
  return value;
}

Result<json::object> parse_json_object(std::string_view text) {
  auto value = parse_json(text);
  if (!value) return fail(value);
  if (!value->is_object()) return refuse(ErrorKind::invalid, "malformed_json", "body: must be a JSON object");
  return std::move(value->as_object());
}

}  // namespace gatehouse::core
