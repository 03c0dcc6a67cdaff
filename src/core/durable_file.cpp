// Write, sync, rename, sync: in that order, or a crash leaves half a key.
#include "core/durable_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "core/ids.hpp"

namespace gatehouse::core {
namespace {

constexpr std::size_t kReadBytesMax = 1024 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

std::unexpected<Error> cannot(std::string_view reason, const std::filesystem::path& path, int error) {
  return fail(ErrorKind::unavailable, reason, fmt::format("{}: {}", path.string(), std::strerror(error)));
}

// 0, or the error number.
int write_and_sync(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0 ? 0 : errno;
}

int write_new_file(const std::filesystem::path& path, std::string_view content, mode_t mode) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.is_open()) return errno;
  if (::fchmod(file.number(), mode) != 0) return errno;  // whatever the umask
  return write_and_sync(file.number(), content);
}

}  // namespace

Result<void> write_durably(const std::filesystem::path& path, std::string_view content, mode_t mode) {
  const std::filesystem::path neighbour =
      path.parent_path() / fmt::format(".{}.tmp-{}", path.filename().string(), core::random_token(6));
  int error = write_new_file(neighbour, content, mode);
  if (error == 0 && ::rename(neighbour.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(neighbour.c_str());
    return cannot("cannot_write", path, error);
  }
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open() || ::fsync(directory.number()) != 0) return cannot("cannot_write", path, errno);
  return {};
}

Result<void> make_private_directory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) return cannot("cannot_write", path, error.value());
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  const int mkdir_error = errno;
  if (mkdir_error == EEXIST && std::filesystem::is_directory(path, error)) return {};
  return cannot("cannot_write", path, mkdir_error);
}

Result<std::string> read_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return fail(ErrorKind::not_found, "file_missing", path.string());
  if (!file.is_open()) return cannot("cannot_read", path, errno);
  std::string content(kReadBytesMax + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.number(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot("cannot_read", path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kReadBytesMax) return cannot("cannot_read", path, EFBIG);
  content.resize(size);
  return content;
}

}  // namespace gatehouse::core
