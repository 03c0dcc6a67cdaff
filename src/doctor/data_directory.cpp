// The data directory, its disk, who may read and write what lies in it, and the clock that dated it.
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include "doctor/examination.hpp"

namespace gatehouse::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kSpaceToWork = 64 * kMiB;
constexpr std::uint64_t kSpaceToLast = 1024 * kMiB;
constexpr std::size_t kEntriesMax = 20'000;
constexpr std::size_t kFilesNamed = 5;
constexpr rlim_t kDescriptorsToWork = 4'096;  // a gateway needs two for each request in flight
constexpr std::chrono::seconds kClockPatience{60};

void look_at_space(const fs::path& data, Findings& findings) {
  struct statvfs disk{};
  if (::statvfs(data.c_str(), &disk) != 0) return;
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free >= kSpaceToLast) return;
  findings.push_back(
      {.verdict = free < kSpaceToWork ? Verdict::fault : Verdict::warning,
       .subject = data.string(),
       .words =
           fmt::format("its disk has {} MiB left; a full one refuses every order and payment", free / kMiB),
       .remedy = "make room on that disk: data/logs may go first"});
}

bool holds_secrets(const fs::path& file) {
  const std::string name = file.filename().string();
  return file.parent_path().filename() == "secrets" || file.extension() == ".key" || name == "key.pem" ||
         name == "credentials.txt";
}

void look_at_file(const fs::path& file, Findings& findings) {
  struct stat status{};
  if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  if (holds_secrets(file) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    findings.push_back({.subject = file.string(),
                        .words = "others than its owner may use this secret",
                        .remedy = fmt::format("chmod 600 {}", file.string())});
  if (::access(file.c_str(), R_OK | W_OK) != 0)
    findings.push_back(
        {.subject = file.string(),
         .words = fmt::format("this user may not read and write it, it belongs to user {}", status.st_uid),
         .remedy = fmt::format("start Gatehouse as that user, or: chown -R {} {}", ::getuid(),
                               file.parent_path().string())});
}

void look_at_files(const fs::path& data, Findings& findings) {
  std::error_code error;
  std::size_t seen = 0;
  for (fs::recursive_directory_iterator entry(data, fs::directory_options::skip_permission_denied, error),
       end;
       !error && entry != end && seen < kEntriesMax && findings.size() < kFilesNamed;
       entry.increment(error), ++seen)
    look_at_file(entry->path(), findings);
}

}  // namespace

Findings examine_data_directory(const Patient& patient) {
  const fs::path& data = patient.platform.data;
  std::error_code error;
  if (!fs::exists(data, error))
    return {{.verdict = Verdict::warning,
             .subject = data.string(),
             .words = "there is none yet",
             .remedy = fmt::format("gatehouse up --data {} makes it", data.string())}};
  if (::access(data.c_str(), R_OK | W_OK | X_OK) != 0)
    return {{.subject = data.string(),
             .words = "this user may not write into it",
             .remedy =
                 fmt::format("chown -R {} {}, or start Gatehouse as its owner", ::getuid(), data.string())}};
  Findings findings;
  look_at_space(data, findings);
  look_at_files(data, findings);
  return findings;
}

Findings examine_clock(const Patient& patient) {
  struct stat status{};
  const auto file = patient.layout().status_file();
  if (::stat(file.c_str(), &status) != 0) return {};
  const auto ahead = core::from_unix_seconds(status.st_mtim.tv_sec) - patient.now;
  if (ahead < kClockPatience) return {};
  return {
      {.verdict = Verdict::fault,
       .subject = "this machine",
       .words = fmt::format("{} was written {} s in the future: the clock has been set back, and tokens and "
                            "certificates of that time are not valid yet",
                            file.string(), std::chrono::round<std::chrono::seconds>(ahead).count()),
       .remedy = "set the clock: timedatectl set-ntp true"}};
}

Findings examine_limits(const Patient& /*patient*/) {
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur >= kDescriptorsToWork) return {};
  return {{.verdict = Verdict::warning,
           .subject = "open files",
           .words = fmt::format("{} are allowed: connections beyond that are refused", descriptors.rlim_cur),
           .remedy = "ulimit -n 65536 before the start, or LimitNOFILE= in the unit"}};
}

}  // namespace gatehouse::doctor
