// `gatehouse status` and `gatehouse down`: from outside the supervisor, by its status file.
#pragma once

#include <cstdint>
#include <filesystem>

namespace gatehouse::supervisor {

// A full-screen table that follows the platform on a terminal, the same table once or JSON otherwise. Exit
// code 0 ready, 1 not ready, 3 not running.
enum class StatusFormat : std::uint8_t { automatic, plain, json };
int status(const std::filesystem::path& data, StatusFormat format);

// Asks the supervisor to stop and waits for it. 0 also if it was not running.
int down(const std::filesystem::path& data);

}  // namespace gatehouse::supervisor
