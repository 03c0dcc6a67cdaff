// One spelling for a record's content, whichever engine wrote it: keys in order, no spaces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/json.hpp"

namespace gatehouse::data_copy {

[[nodiscard]] std::string canonical(const json::value& value);

// A number as a key: 20 digits, so that texts sort as numbers do. Not negative.
[[nodiscard]] std::string key_of(std::int64_t number);

}  // namespace gatehouse::data_copy
