#include "telemetry/log_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/text.hpp"

namespace gatehouse::telemetry {

namespace {

constexpr std::size_t kBlockBytes = 64U << 10U;
constexpr std::string_view kIdOpening = R"(,"log.record.uid":")";
constexpr std::string_view kIdClosing = R"("})";
constexpr std::size_t kIdBytesMax = 64;

std::uint64_t size_of(int descriptor) {
  struct stat status{};
  return ::fstat(descriptor, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace

// A text inside of the line has its quotes escaped, so that only a member at the end can look like this.
std::optional<LineId> line_id_of(std::string_view line) {
  if (!line.ends_with(kIdClosing)) return std::nullopt;
  line.remove_suffix(kIdClosing.size());
  const auto opening = line.rfind(kIdOpening);
  if (opening == std::string_view::npos) return std::nullopt;
  const std::string_view text = line.substr(opening + kIdOpening.size());
  const auto parts = core::cut(text, '-');
  if (!parts || text.size() > kIdBytesMax || parts->first.empty()) return std::nullopt;
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (!std::ranges::all_of(parts->first, is_hex)) return std::nullopt;
  const auto sequence = core::parse_int<std::uint64_t>(parts->second);
  if (!sequence || *sequence == 0) return std::nullopt;
  return LineId{.text = text, .run = parts->first, .sequence = *sequence};
}

LogReader::LogReader(std::filesystem::path directory, std::string instance, LogPosition from)
    : directory_(std::move(directory)), instance_(std::move(instance)), position_(from) {}

LogReader::LogReader(LogReader&& other) noexcept
    : directory_(std::move(other.directory_)),
      instance_(std::move(other.instance_)),
      position_(other.position_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      buffer_(std::move(other.buffer_)),
      taken_(other.taken_) {}

LogReader::~LogReader() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

// The file of the position, or, if none is open any more or it is gone, the one after it.
bool LogReader::open_next() {
  const bool wants_same = descriptor_ < 0;
  for (const LogFile& file : log_files_of(directory_, instance_)) {
    if (file.generation < position_.generation) continue;
    if (file.generation == position_.generation && !wants_same) continue;
    const int opened = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (opened < 0) continue;  // removed since it was listed
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = opened;
    if (file.generation != position_.generation) position_ = {.generation = file.generation, .offset = 0};
    // Shorter than what was read of it: the machine went down before it was on the disk. Again from the
    // start, for what stands there now may be something else.
    if (size_of(descriptor_) < position_.offset) position_.offset = 0;
    buffer_.clear();
    taken_ = 0;
    return true;
  }
  return false;
}

bool LogReader::fill() {
  buffer_.erase(0, std::exchange(taken_, 0));
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kBlockBytes);
  const auto at = static_cast<off_t>(position_.offset + before);
  ssize_t got = 0;
  do {
    got = ::pread(descriptor_, buffer_.data() + before, kBlockBytes, at);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return got > 0;
}

std::optional<std::string_view> LogReader::take_line() {
  const std::string_view rest = std::string_view(buffer_).substr(taken_);
  const auto feed = rest.find('\n');
  const bool is_whole = feed != std::string_view::npos;
  if (!is_whole && rest.size() < kLineBytesMax) return std::nullopt;
  const std::string_view line = is_whole ? rest.substr(0, feed) : rest;
  const std::size_t used = line.size() + (is_whole ? 1 : 0);
  taken_ += used;
  position_.offset += used;
  return line;
}

std::optional<std::string_view> LogReader::next() {
  if (descriptor_ < 0 && !open_next()) return std::nullopt;
  bool is_last_look = false;
  for (;;) {
    if (auto line = take_line()) return line;
    if (fill()) continue;
    // A later file means that nothing more is written into this one: what was written before that was known
    // is read with a last look.
    const auto files = log_files_of(directory_, instance_);
    const bool has_later = !files.empty() && files.back().generation > position_.generation;
    if (!has_later) return std::nullopt;
    if (!std::exchange(is_last_look, true)) continue;
    if (!open_next()) return std::nullopt;
    is_last_look = false;
  }
}

std::uint64_t LogReader::bytes_behind() const {
  std::uint64_t behind = 0;
  for (const LogFile& file : log_files_of(directory_, instance_)) {
    if (file.generation < position_.generation) continue;
    std::error_code error;
    const auto size = std::filesystem::file_size(file.path, error);
    if (error) continue;
    const std::uint64_t read = file.generation == position_.generation ? position_.offset : 0;
    behind += size > read ? size - read : 0;
  }
  return behind;
}

}  // namespace gatehouse::telemetry
