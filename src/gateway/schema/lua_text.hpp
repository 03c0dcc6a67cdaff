// Kong's error messages show tables as Lua writes them: {name="x",service={id="…"}}. Clients match on these
// texts.
#pragma once

#include <string>

#include <boost/json.hpp>

namespace gatehouse::gateway::schema {

enum class Layout : std::uint8_t { one_line, indented };

// Keys in alphabetical order; null members are shown, null elements of an array leave a hole.
[[nodiscard]] std::string lua_text(const boost::json::value&, Layout = Layout::one_line);

}  // namespace gatehouse::gateway::schema
