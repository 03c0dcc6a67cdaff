// `gatehouse pki …` on the command line: prints what was done, or one line on standard error. The exit code.
#pragma once

#include <filesystem>
#include <string>

namespace gatehouse::supervisor {

int pki_show(const std::filesystem::path& data);
int pki_renew(const std::filesystem::path& data);
int pki_issue(const std::filesystem::path& data, const std::string& role,
              const std::filesystem::path& directory);

}  // namespace gatehouse::supervisor
