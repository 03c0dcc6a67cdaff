// Kills roles with SIGKILL at random, by a seed; the supervisor starts them again.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests::kill {

inline constexpr std::string_view kVictims[] = {"orders-1", "payments-1", "auth-server-1", "gateway-1"};

class Nemesis {
 public:
  // Mean time between two kills.
  Nemesis(const RunningPlatform& platform, std::uint64_t seed, std::chrono::milliseconds mean);
  ~Nemesis();

  void stop();
  // Kills by instance; after stop().
  [[nodiscard]] const std::map<std::string, int>& kills() const { return kills_; }

 private:
  void run();

  const RunningPlatform& platform_;
  std::mt19937_64 random_;
  std::chrono::milliseconds mean_;
  std::atomic<bool> is_stopping_{false};
  std::map<std::string, int> kills_;
  std::thread thread_;
};

}  // namespace gatehouse::tests::kill
