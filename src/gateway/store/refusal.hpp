// Why a request to the Admin API is refused: the HTTP status and the body, in Kong's words.
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include <boost/json.hpp>

#include "core/json.hpp"
#include "core/result.hpp"

namespace gatehouse::gateway::store {

struct Refusal {
  unsigned status = 400;
  json::object body;
  std::optional<Error> cause = std::nullopt;  // for the log, when it is our fault
};

template <class T>
using Outcome = std::expected<T, Refusal>;

// Kong's error codes in brackets.
[[nodiscard]] Refusal schema_violation(json::object violations);                      // [2]
[[nodiscard]] Refusal primary_key_violation(std::string_view id);                     // [3]
[[nodiscard]] Refusal missing_reference(std::string_view field, std::string_view id,  // [4]
                                        std::string_view referred_type);
[[nodiscard]] Refusal still_referenced(std::string_view type, std::string_view by_type);  // [4]
[[nodiscard]] Refusal unique_violation(json::object key);                                 // [5]
[[nodiscard]] Refusal invalid_offset(std::string_view offset, std::string_view why);      // [7]
[[nodiscard]] Refusal invalid_size(std::string_view why);                                 // [9]
[[nodiscard]] Refusal invalid_option(std::string_view option, std::string_view why);      // [11]
// {"service":{"name":…}}: the foreign key was given by a unique field that no entity has.
[[nodiscard]] Refusal unresolved_reference(std::string_view field, std::string_view by,
                                           std::string_view value,
                                           std::string_view referred_type);  // [13]
[[nodiscard]] Refusal ca_certificate_in_use(std::string_view id, std::string_view by_type,
                                            std::string_view by_id);  // [19]

// Bodies of one "message".
[[nodiscard]] Refusal refusal(unsigned status, std::string_view message);
[[nodiscard]] Refusal not_found();
[[nodiscard]] Refusal method_not_allowed();
[[nodiscard]] Refusal unexpected(Error cause);  // 500
// 503 where the store cannot be used now, and says whether the change may have been made; else 500.
[[nodiscard]] Refusal not_stored(Error cause);

}  // namespace gatehouse::gateway::store
