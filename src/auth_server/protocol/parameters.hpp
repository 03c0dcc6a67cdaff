// The parameters of an OAuth request, from a query or a form (RFC 6749 section 3.1): each at most once, one
// without a value counts as left out, unknown ones are let pass.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/text.hpp"

namespace gatehouse::auth_server {

struct ParameterLimits {
  std::size_t pairs_max = 64;
  std::size_t value_bytes_max = 4096;  // id_token_hint and the like are exempt, see below
  std::size_t token_bytes_max = 16 * 1024;
};

class Parameters {
 public:
  // `invalid`/"invalid_request": a broken escape, text that is not UTF-8 or has control characters, too much
  // of it.
  [[nodiscard]] static Result<Parameters> parse(std::string_view text, const ParameterLimits& = {});

  [[nodiscard]] std::string get(std::string_view name) const;  // empty if absent
  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
  [[nodiscard]] bool is_repeated(std::string_view name) const { return repeated_.contains(name); }
  [[nodiscard]] bool has_repeated() const { return !repeated_.empty(); }
  // As received, in order: to be sent again.
  [[nodiscard]] const core::FormPairs& pairs() const { return pairs_; }

 private:
  core::FormPairs pairs_;
  std::map<std::string, std::string, std::less<>> values_;  // the first of each name
  std::set<std::string, std::less<>> repeated_;
};

}  // namespace gatehouse::auth_server
