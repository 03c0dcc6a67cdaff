// What PostgreSQL's error codes mean to us. Source: PostgreSQL 15 documentation, appendix A.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace gatehouse::storage::postgres {

// The error of a statement that failed with `sqlstate` (five characters). Its own effect is undone.
[[nodiscard]] Error error_of(std::string_view sqlstate, std::string detail);

// A transaction that failed so had no effect and may succeed if it runs again from the start.
[[nodiscard]] bool may_run_again(const Error& error);

// The connection is of no more use: the server ends it, or is not the one that we want to talk to.
[[nodiscard]] bool ends_connection(std::string_view sqlstate);

// The code in a message that libpq made with PQERRORS_VERBOSE ("FATAL:  28P01: password authentication …");
// empty if there is none.
[[nodiscard]] std::string_view sqlstate_in(std::string_view message);

// Why there is no connection, from libpq's words about it: a code of the server, or a reason of its own.
[[nodiscard]] Error error_of_connecting(std::string_view message);

}  // namespace gatehouse::storage::postgres
