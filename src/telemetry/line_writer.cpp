#include "telemetry/line_writer.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/ids.hpp"
#include "telemetry/log_reader.hpp"

namespace gatehouse::telemetry {

namespace {

constexpr std::size_t kRunBytes = 8;
constexpr std::size_t kIdBytesMax = 64;  // what add() puts to a line

// What could not be written: nobody reads the log any more, or the disk behind it is full.
std::string_view write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor, bytes.data(), bytes.size());
    if (wrote >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    } else if (errno == EAGAIN) {
      pollfd ready{.fd = descriptor, .events = POLLOUT, .revents = 0};
      ::poll(&ready, 1, 1000);
    } else if (errno != EINTR) {
      break;
    }
  }
  return bytes;
}

std::atomic<std::uint64_t> dropped_ever{0};

}  // namespace

LineWriter::Write to_descriptor(int descriptor) {
  return [descriptor](std::string_view lines) -> std::uint64_t {
    return static_cast<std::uint64_t>(std::ranges::count(write_all(descriptor, lines), '\n'));
  };
}

LineWriter::LineWriter(Write write, std::size_t buffered_bytes_max, DroppedLine dropped_line)
    : write_(std::move(write)),
      id_opening_(fmt::format(R"(,"{}":"{}-)", kLineIdKey, core::to_hex(core::random_bytes(kRunBytes)))),
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
    ++sequence_;  // also of a line that is dropped: the gap shows it
    if (buffer_.size() + line.size() + kIdBytesMax > buffered_bytes_max_) {
      ++dropped_;
      dropped_ever.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    const std::size_t before = buffer_.size();
    add(buffer_, line);
    appended_bytes_ += buffer_.size() - before;
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
    if (buffer_.empty()) {
      if (stopping_) return;
      continue;
    }
    out.clear();
    std::swap(out, buffer_);
    const std::uint64_t telling = dropped_;
    const std::string told = telling > 0 ? told_line(telling) : std::string();
    lock.unlock();
    const std::uint64_t lost = write_(out);
    // On a full disk it is told when there is room again.
    const bool was_told = telling > 0 && lost == 0 && write_(told) == 0;
    lock.lock();
    if (was_told) dropped_ -= telling;
    dropped_ += lost;
    dropped_ever.fetch_add(lost, std::memory_order_relaxed);
    written_bytes_ += out.size();
    written_.notify_all();
  }
}

// In the middle of the object: its closing brace is put anew.
void LineWriter::add(std::string& to, std::string_view line) {
  to.append(line, 0, line.size() - 1);
  to += id_opening_;
  const fmt::format_int sequence(sequence_);
  to.append(sequence.data(), sequence.size());
  to += "\"}\n";
}

std::string LineWriter::told_line(std::uint64_t count) {
  ++sequence_;
  std::string line;
  add(line, dropped_line_(count));
  return line;
}

std::uint64_t dropped_lines() {
  return dropped_ever.load(std::memory_order_relaxed);
}

}  // namespace gatehouse::telemetry
