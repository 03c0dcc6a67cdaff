// Implements the regular expressions over RE2.
#include "gateway/regex.hpp"

#include <algorithm>

#include <re2/re2.h>

namespace gatehouse::gateway {
namespace {

// RE2 of 2022 knows only the spelling with P.
std::string with_named_groups(std::string_view pattern) {
  std::string text;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      text.append(pattern.substr(i++, 2));
      continue;
    }
    if (pattern[i] == '[') in_class = true;
    if (pattern[i] == ']') in_class = false;
    text.push_back(pattern[i]);
    const bool named = !in_class && pattern.substr(i).starts_with("(?<") && i + 3 < pattern.size() &&
                       pattern[i + 3] != '=' && pattern[i + 3] != '!';
    if (named) {
      text += "?P<";
      i += 2;
    }
  }
  return text;
}

std::unique_ptr<re2::RE2> compiled(const std::string& text, Regex::Case letter_case) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(letter_case == Regex::Case::respected);
  return std::make_unique<re2::RE2>(text, options);
}

std::string shared_beginning(const re2::RE2& regex) {
  constexpr int kPrefixBytesMax = 128;
  std::string low;
  std::string high;
  if (!regex.PossibleMatchRange(&low, &high, kPrefixBytesMax)) return {};
  const auto [end, ignored] = std::ranges::mismatch(low, high);
  low.erase(end, low.end());
  return low;
}

}  // namespace

Result<Regex> Regex::compile(std::string_view pattern, Case letter_case) {
  const std::string text = with_named_groups(pattern);
  auto anywhere = compiled(text, letter_case);
  if (!anywhere->ok()) return refuse(ErrorKind::invalid, "bad_regex", anywhere->error());
  auto beginning = compiled("^(?:" + text + ")", letter_case);
  if (!beginning->ok()) return refuse(ErrorKind::invalid, "bad_regex", beginning->error());
  return Regex(std::move(beginning), std::move(anywhere));
}

Regex::Regex(std::unique_ptr<re2::RE2> beginning, std::unique_ptr<re2::RE2> anywhere)
    : beginning_(std::move(beginning)),
      anywhere_(std::move(anywhere)),
      literal_prefix_(shared_beginning(*beginning_)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

std::optional<std::size_t> Regex::match_beginning(std::string_view text) const {
  re2::StringPiece whole;
  if (!beginning_->Match({text.data(), text.size()}, 0, text.size(), re2::RE2::ANCHOR_START, &whole, 1)) {
    return std::nullopt;
  }
  return whole.size();
}

bool Regex::is_found_in(std::string_view text) const {
  return re2::RE2::PartialMatch({text.data(), text.size()}, *anywhere_);
}

}  // namespace gatehouse::gateway
