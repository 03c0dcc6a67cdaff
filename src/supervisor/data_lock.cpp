#include "supervisor/data_lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>

#include "supervisor/durable_file.hpp"

namespace gatehouse::supervisor {

Result<DataLock> DataLock::take(const Layout& layout) {
  for (const auto& directory : {layout.data, layout.data / "run"}) {
    if (auto made = make_private_directory(directory); !made) return fail(made);
  }
  const int lock = ::open(layout.lock_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    return fail(ErrorKind::unavailable, "cannot_write",
                fmt::format("{}: {}", layout.lock_file().string(), std::strerror(errno)));
  }
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return fail(ErrorKind::conflict, "already_running",
                fmt::format("the platform in {} is running already (see gatehouse status, gatehouse down)",
                            layout.data.string()));
  }
  return DataLock(lock);
}

bool DataLock::is_held(const Layout& layout) {
  const int lock = ::open(layout.lock_file().c_str(), O_RDWR | O_CLOEXEC);
  if (lock < 0) return false;
  const bool is_free = ::flock(lock, LOCK_EX | LOCK_NB) == 0;
  ::close(lock);
  return !is_free;
}

DataLock::~DataLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace gatehouse::supervisor
