#include "telemetry/line_writer.hpp"

#include <cerrno>
#include <chrono>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <utility>

namespace gatehouse::telemetry {

LineWriter::LineWriter(int descriptor, std::size_t buffered_bytes_max, DroppedLine dropped_line)
    : descriptor_(descriptor),
      buffered_bytes_max_(buffered_bytes_max),
      dropped_line_(std::move(dropped_line)) {
  // Signals belong to the threads that wait for them: a new thread inherits the mask.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LineWriter::~LineWriter() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

void LineWriter::append(std::string_view line, Urgency urgency) {
  bool wake = false;
  {
    const std::scoped_lock lock(mutex_);
    if (buffer_.size() + line.size() + 1 > buffered_bytes_max_) {
      ++dropped_;
      return;
    }
    buffer_ += line;
    buffer_ += '\n';
    appended_bytes_ += line.size() + 1;
    wake = !wake_ && (urgency == Urgency::urgent || buffer_.size() >= kWriteAt);
    wake_ = wake_ || wake;
  }
  if (wake) wanted_.notify_one();
}

void LineWriter::flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t target = appended_bytes_;
  wake_ = true;
  wanted_.notify_one();
  written_.wait_for(lock, kFlushWait, [&] { return written_bytes_ >= target; });
}

void LineWriter::run() {
  std::string out;
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait_for(lock, kPeriod, [this] { return wake_ || stopping_; });
    wake_ = false;
    add_dropped_line();
    if (buffer_.empty()) {
      if (stopping_) return;
      continue;
    }
    out.clear();
    std::swap(out, buffer_);
    lock.unlock();
    write_all(out);
    lock.lock();
    written_bytes_ += out.size();
    written_.notify_all();
  }
}

void LineWriter::add_dropped_line() {
  if (dropped_ == 0) return;
  const std::string line = dropped_line_(std::exchange(dropped_, 0));
  buffer_ += line;
  buffer_ += '\n';
  appended_bytes_ += line.size() + 1;
}

void LineWriter::write_all(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor_, bytes.data(), bytes.size());
    if (wrote >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    } else if (errno == EAGAIN) {
      pollfd ready{.fd = descriptor_, .events = POLLOUT, .revents = 0};
      ::poll(&ready, 1, 1000);
    } else if (errno != EINTR) {
      return;  // nobody reads the log any more: there is nowhere to say so
    }
  }
}

}  // namespace gatehouse::telemetry
