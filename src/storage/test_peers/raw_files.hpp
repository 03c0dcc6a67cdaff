// For tests of what lies on disk: every byte of every file below a directory, one after the other.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace gatehouse::storage::test_peers {

inline std::string bytes_below(const std::filesystem::path& directory) {
  std::string bytes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  return bytes;
}

}  // namespace gatehouse::storage::test_peers
