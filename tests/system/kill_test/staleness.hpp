// How old a cached read may be while everything beneath is struck: one thread changes a person through one
// instance of the auth service, others read that person through every instance, each from its cache.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests::kill {

struct StalenessFigures {
  std::uint64_t changes = 0;         // acknowledged
  std::uint64_t reads = 0;           // answered
  std::uint64_t old_reads = 0;       // of them, begun after a newer version had been acknowledged
  std::uint64_t too_old = 0;         // of them, for longer than the bound
  std::chrono::milliseconds p99{0};  // of all reads; a read of the newest version counts as 0
  std::chrono::milliseconds max{0};
  std::vector<std::string> behind;  // instances that do not show the last change, after the bound

  // Something was measured, and nothing was older than it may be.
  [[nodiscard]] bool is_good() const { return changes > 0 && reads > 0 && too_old == 0 && behind.empty(); }
};

class StalenessWatch {
 public:
  // Redis tells the instances of each change. Where that is lost, an entry ends with its time to live: the
  // auth service's 30 s and a tenth, the jitter. It was loaded before the change, but may have been kept a
  // load later.
  static constexpr std::chrono::milliseconds kBound{33'000 + 5'000};

  // Starts at once; `instances` of the auth service.
  StalenessWatch(const RunningPlatform& platform, std::size_t instances);
  ~StalenessWatch();

  // Ends the threads, and waits until every instance shows the last change.
  [[nodiscard]] StalenessFigures stop();

 private:
  using Clock = std::chrono::steady_clock;

  // A signed-in person's view of one instance.
  class Window;

  void change_until_stopped();
  void read_until_stopped(std::size_t instance);
  void note_read(std::int64_t version, Clock::time_point begun);
  [[nodiscard]] std::int64_t last_change();
  // What the instance shows instead of the last change; empty if it shows it.
  [[nodiscard]] std::string lag_of(std::size_t instance);

  const RunningPlatform& platform_;
  std::size_t instances_;
  std::atomic<bool> is_stopping_{false};
  std::mutex mutex_;                                        // of what follows
  std::map<std::int64_t, Clock::time_point> acknowledged_;  // by version
  std::vector<std::chrono::milliseconds> ages_;             // of all reads
  std::vector<std::thread> threads_;
};

}  // namespace gatehouse::tests::kill
