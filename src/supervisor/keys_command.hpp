// `gatehouse keys …` on the command line: prints what was done, or one line on standard error. The exit code.
//
// A rotation is announced first: a new version that every running instance loads and nobody writes with. Only
// when all have it does it become the current one. Cut off in between, the command is run again and goes on.
#pragma once

#include <filesystem>
#include <string>

namespace gatehouse::supervisor {

struct KeysArguments {
  std::string role;          // empty: every role that has keys
  bool is_of_index = false;  // the key of the blind index instead of the ring that wraps data keys
};

// Per role and ring: versions, rows by version, what remains to be done.
int keys_status(const std::filesystem::path& data, const KeysArguments& arguments);
// A new version becomes the current one; the running roles re-wrap their rows in the background.
int keys_rotate(const std::filesystem::path& data, const KeysArguments& arguments);
// Moves the ring of secrets/field_keys.json to the provider that the role's settings name.
int keys_protect(const std::filesystem::path& data, const KeysArguments& arguments);
// Drops the versions that no row names any more. The roles must run: only they can tell.
int keys_retire(const std::filesystem::path& data, const KeysArguments& arguments);

}  // namespace gatehouse::supervisor
