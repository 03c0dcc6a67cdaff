#include "telemetry/log_files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/durable_file.hpp"
#include "core/text.hpp"

namespace gatehouse::telemetry {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kEnding = ".ndjson";
constexpr std::size_t kPieceBytes = 256U << 10U;  // of one write: what a full disk can cost at once

std::unexpected<Error> cannot_write(const fs::path& path) {
  return fail(ErrorKind::unavailable, "cannot_write",
              fmt::format("{}: {}", path.string(), std::strerror(errno)));
}

std::optional<LogFile> parse_name(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.ends_with(kEnding)) return std::nullopt;
  const std::string_view stem = std::string_view(name).substr(0, name.size() - kEnding.size());
  const auto dot = stem.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  const auto is_fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (!std::ranges::all_of(stem.substr(0, dot), is_fine)) return std::nullopt;  // no instance has such a name
  const auto generation = core::parse_int<std::uint64_t>(stem.substr(dot + 1));
  if (!generation || *generation == 0) return std::nullopt;
  return LogFile{std::string(stem.substr(0, dot)), *generation, path};
}

// Bytes up to the end of the last whole line.
std::size_t whole_bytes(int descriptor, std::size_t size) {
  std::array<char, 4096> block{};
  while (size > 0) {
    const std::size_t begin = size > block.size() ? size - block.size() : 0;
    const ssize_t got = ::pread(descriptor, block.data(), size - begin, static_cast<off_t>(begin));
    if (got <= 0) return size;  // unreadable: better a torn line than a lost file
    const auto feed = std::string_view(block.data(), static_cast<std::size_t>(got)).rfind('\n');
    if (feed != std::string_view::npos) return begin + feed + 1;
    size = begin;
  }
  return 0;
}

// Whole lines up to `bytes_max`, at least one.
std::string_view first_lines(std::string_view lines, std::size_t bytes_max) {
  if (lines.size() <= bytes_max) return lines;
  auto feed = bytes_max == 0 ? std::string_view::npos : lines.rfind('\n', bytes_max - 1);
  if (feed == std::string_view::npos) feed = lines.find('\n');
  return lines.substr(0, feed == std::string_view::npos ? lines.size() : feed + 1);
}

std::uint64_t count_lines(std::string_view lines) {
  return static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
}

}  // namespace

std::vector<LogFile> log_files_in(const fs::path& directory) {
  std::vector<LogFile> files;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    if (auto file = parse_name(entry->path())) files.push_back(std::move(*file));
  }
  std::ranges::sort(files, {}, [](const LogFile& file) { return std::tie(file.instance, file.generation); });
  return files;
}

std::vector<LogFile> log_files_of(const fs::path& directory, std::string_view instance) {
  auto files = log_files_in(directory);
  std::erase_if(files, [instance](const LogFile& file) { return file.instance != instance; });
  return files;
}

Result<RotatingFile> RotatingFile::open(fs::path directory, std::string instance, LogFileLimits limits) {
  RotatingFile file(std::move(directory), std::move(instance), limits);
  const auto files = log_files_of(file.directory_, file.instance_);
  const auto opened = files.empty() ? file.begin_file() : file.go_on(files.back());
  if (!opened) return fail(opened);
  return file;
}

RotatingFile::RotatingFile(RotatingFile&& other) noexcept
    : directory_(std::move(other.directory_)),
      instance_(std::move(other.instance_)),
      limits_(other.limits_),
      generation_(other.generation_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      is_torn_(other.is_torn_) {}

RotatingFile::~RotatingFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> RotatingFile::go_on(const LogFile& file) {
  generation_ = file.generation;
  descriptor_ = ::open(file.path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  struct stat status{};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) return cannot_write(file.path);
  size_ = whole_bytes(descriptor_, static_cast<std::size_t>(status.st_size));
  is_torn_ = size_ != static_cast<std::size_t>(status.st_size);
  if (!cut()) return cannot_write(file.path);
  remove_oldest();  // there may be fewer allowed than there were
  return {};
}

Result<void> RotatingFile::begin_file() {
  const auto now = static_cast<std::uint64_t>(core::unix_millis(core::SystemClock().now()));
  const std::uint64_t generation = std::max(now, generation_ + 1);  // also when the clock was set back
  const fs::path path = directory_ / fmt::format("{}.{}{}", instance_, generation, kEnding);
  const int opened = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, core::kOwnerOnly);
  if (opened < 0) return cannot_write(path);
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = opened;
  generation_ = generation;
  size_ = 0;
  is_torn_ = false;
  remove_oldest();
  return {};
}

void RotatingFile::remove_oldest() const {
  const auto files = log_files_of(directory_, instance_);
  for (std::size_t i = 0; i + limits_.files_max < files.size(); ++i) {
    std::error_code ignored;
    fs::remove(files[i].path, ignored);
  }
}

std::uint64_t RotatingFile::write(std::string_view lines) {
  std::uint64_t dropped = 0;
  while (!lines.empty()) {
    const auto first_end = std::min(lines.find('\n'), lines.size() - 1) + 1;
    // Should no file be had, its lines are dropped: the bound on the disk stays.
    if (size_ > 0 && size_ + first_end > limits_.file_bytes_max && !begin_file())
      return dropped + count_lines(lines);
    const std::size_t room = limits_.file_bytes_max > size_ ? limits_.file_bytes_max - size_ : 0;
    const auto piece = first_lines(lines, std::min(room, kPieceBytes));
    dropped += append(piece);
    lines.remove_prefix(piece.size());
  }
  return dropped;
}

std::uint64_t RotatingFile::append(std::string_view lines) {
  if (!cut()) return count_lines(lines);
  std::size_t done = 0;
  while (done < lines.size()) {
    const ssize_t wrote = ::write(descriptor_, lines.data() + done, lines.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) break;
    done += static_cast<std::size_t>(wrote);
  }
  const auto whole = done == lines.size() ? done : lines.substr(0, done).rfind('\n') + 1;  // npos + 1 is 0
  size_ += whole;
  is_torn_ = whole != done;
  (void)cut();  // else before the next line
  return count_lines(lines.substr(whole));
}

bool RotatingFile::cut() {
  if (is_torn_ && ::ftruncate(descriptor_, static_cast<off_t>(size_)) == 0) is_torn_ = false;
  return !is_torn_;
}

}  // namespace gatehouse::telemetry
