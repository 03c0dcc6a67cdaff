// Regular expressions of routes and plugins. RE2: linear time, so no pattern can stall a worker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace re2 {
class RE2;
}

namespace gatehouse::gateway {

class Regex {
 public:
  enum class Case : bool { respected, ignored };

  // Takes Rust's `(?<name>…)` as well as `(?P<name>…)`. ErrorKind::invalid, reason "bad_regex", detail RE2's
  // words.
  static Result<Regex> compile(std::string_view pattern, Case letter_case);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  // Anchored at the start: how many bytes it covers.
  [[nodiscard]] std::optional<std::size_t> match_beginning(std::string_view text) const;
  [[nodiscard]] bool is_found_in(std::string_view text) const;
  // Every text that match_beginning() takes begins with this.
  [[nodiscard]] const std::string& literal_prefix() const { return literal_prefix_; }

 private:
  Regex(std::unique_ptr<re2::RE2> beginning, std::unique_ptr<re2::RE2> anywhere);
  std::unique_ptr<re2::RE2> beginning_;
  std::unique_ptr<re2::RE2> anywhere_;
  std::string literal_prefix_;
};

}  // namespace gatehouse::gateway
