// One supervisor, or one restore, per data directory: the kernel lets go of the lock however its holder ends.
#pragma once

#include <utility>

#include "core/result.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::supervisor {

class DataLock {
 public:
  // Makes the directory if it is not there. `conflict`/"already_running"; `unavailable`/"cannot_write".
  static Result<DataLock> take(const Layout& layout);
  // Whether somebody holds it: the platform runs.
  [[nodiscard]] static bool is_held(const Layout& layout);

  DataLock(DataLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  DataLock& operator=(DataLock&&) = delete;
  ~DataLock();

 private:
  explicit DataLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace gatehouse::supervisor
