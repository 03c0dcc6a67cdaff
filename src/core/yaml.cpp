#include "core/yaml.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace gatehouse::core {
namespace {

// Ends the parser from within its events; never leaves this file.
struct Refusal {
  int line;
  std::string why;
};

constexpr std::string_view kPlain = "?";
constexpr std::string_view kQuoted = "!";

std::optional<std::int64_t> integer_of(std::string_view text) {
  const auto digits = text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
  const bool has_leading_zero = digits.size() > 1 && digits.starts_with('0');  // octal to some: text here
  if (digits.empty() || has_leading_zero) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> real_of(std::string_view text) {
  const bool looks_like_one = text.find_first_not_of("+-.0123456789eE") == std::string_view::npos &&
                              text.find_first_of("0123456789") != std::string_view::npos &&
                              text.find_first_of(".eE") != std::string_view::npos;
  if (!looks_like_one) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The core schema (YAML 1.2.2 section 10.3): yes, no, on and off are text.
json::value plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto integer = integer_of(text)) return *integer;
  if (const auto real = real_of(text)) return *real;
  return json::string(text);
}

struct Size {
  std::size_t values = 0;
  std::size_t bytes = 0;
};

void measure(const json::value& value, Size& size) {
  ++size.values;
  if (const auto* text = value.if_string()) size.bytes += text->size();
  if (const auto* array = value.if_array()) {
    for (const json::value& element : *array) measure(element, size);
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      size.bytes += member.key().size();
      measure(member.value(), size);
    }
  }
}

class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(const YamlLimits& limits) : limits_(limits) {}

  [[nodiscard]] YamlDocument take() && { return std::move(document_); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    count(mark, {.values = 1});
    scalar(mark, anchor, nullptr);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchored_.find(anchor);
    if (awaits_key()) refuse(mark, "an alias cannot be a key");
    if (known == anchored_.end()) refuse(mark, "an alias stands inside what it stands for");
    Size size;
    measure(known->second, size);
    count(mark, size);
    deliver(mark, known->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (tag != kPlain && tag != kQuoted && !tag.empty()) refuse(mark, "tags are not understood");
    count(mark, {.values = 1, .bytes = text.size()});
    if (awaits_key()) return take_key(mark, text);
    scalar(mark, anchor, tag == kQuoted ? json::value(json::string(text)) : plain_scalar(text));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, json::array{});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, json::object{});
  }
  void OnMapEnd() override { close(); }

 private:
  // A sequence or mapping that is not complete yet.
  struct Level {
    json::value value;
    std::string path;
    YAML::Mark mark;
    YAML::anchor_t anchor = 0;
    std::optional<std::string> key;  // of the member that comes next
  };

  [[noreturn]] static void refuse(const YAML::Mark& mark, std::string why) {
    throw Refusal{mark.line + 1, std::move(why)};
  }
  [[nodiscard]] bool awaits_key() const {
    return !levels_.empty() && levels_.back().value.is_object() && !levels_.back().key;
  }
  void count(const YAML::Mark& mark, const Size& size) {
    values_ += size.values;
    bytes_ += size.bytes;
    if (values_ > limits_.values_max || bytes_ > limits_.scalar_bytes_max) refuse(mark, "this is too much");
  }

  void take_key(const YAML::Mark& mark, const std::string& text) {
    Level& level = levels_.back();
    if (text.empty()) refuse(mark, "a key is missing");
    if (text == "<<") refuse(mark, "merge keys are not understood");
    if (level.value.as_object().contains(text))
      refuse(mark, fmt::format("the key \"{}\" is there twice", text));
    level.key = text;
    document_.lines.emplace(path_of_next(), mark.line + 1);
  }
  [[nodiscard]] std::string path_of_next() const {
    if (levels_.empty()) return "";
    const Level& level = levels_.back();
    if (const auto* array = level.value.if_array()) return fmt::format("{}[{}]", level.path, array->size());
    return level.path.empty() ? level.key.value_or("") : level.path + "." + level.key.value_or("");
  }

  void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, json::value value) {
    if (awaits_key()) refuse(mark, "a key is missing");
    if (anchor != 0) anchored_[anchor] = value;
    deliver(mark, std::move(value));
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, json::value empty) {
    if (tag != kPlain && tag != kQuoted && !tag.empty()) refuse(mark, "tags are not understood");
    if (awaits_key()) refuse(mark, "a key must be text");
    if (levels_.size() >= limits_.depth_max) refuse(mark, "this is nested too deeply");
    count(mark, {.values = 1});
    levels_.push_back({.value = std::move(empty), .path = path_of_next(), .mark = mark, .anchor = anchor});
  }
  void close() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    if (level.anchor != 0) anchored_[level.anchor] = level.value;
    deliver(level.mark, std::move(level.value));
  }
  void deliver(const YAML::Mark& mark, json::value value) {
    if (levels_.empty()) {
      document_.value = std::move(value);
      return;
    }
    Level& level = levels_.back();
    if (auto* array = level.value.if_array()) {
      document_.lines.emplace(path_of_next(), mark.line + 1);
      array->push_back(std::move(value));
      return;
    }
    level.value.as_object()[*level.key] = std::move(value);
    level.key.reset();
  }

  const YamlLimits& limits_;
  YamlDocument document_;
  std::vector<Level> levels_;
  std::map<YAML::anchor_t, json::value> anchored_;
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
};

// Accepts nothing: there must not be a second document.
class NoMore final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    throw Refusal{mark.line + 1, "there must be one document only"};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*text*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}
};

auto malformed(int line, std::string_view why) {
  return refuse(ErrorKind::invalid, "malformed_yaml", fmt::format("{}: {}", line, why));
}

}  // namespace

int YamlDocument::line_of(std::string_view path) const {
  while (!path.empty()) {
    const auto known = lines.find(path);
    if (known != lines.end()) return known->second;
    const auto last = path.find_last_of(".[");
    path = last == std::string_view::npos ? "" : path.substr(0, last);
  }
  return 1;
}

std::string YamlDocument::located(std::string_view detail) const {
  return fmt::format("{}: {}", line_of(detail.substr(0, detail.find(": "))), detail);
}

Result<YamlDocument> parse_yaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.bytes_max) return malformed(1, "the text is too long");
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(limits);
    NoMore no_more;
    if (parser.HandleNextDocument(builder)) (void)parser.HandleNextDocument(no_more);
    return std::move(builder).take();
  } catch (const Refusal& refusal) {
    return malformed(refusal.line, refusal.why);
  } catch (const YAML::Exception& error) {
    return malformed(std::max(error.mark.line, 0) + 1, error.msg);
  }
}

}  // namespace gatehouse::core
