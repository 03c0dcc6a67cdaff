// For tests: how long something took that was done several times. A machine that does other things as well
// delays one or the other of them, so a claim is held against the median.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace gatehouse::core {

class TestTimes {
 public:
  void add_since(std::chrono::steady_clock::time_point began) {
    times_.push_back(std::chrono::steady_clock::now() - began);
  }
  [[nodiscard]] std::chrono::milliseconds median() const {
    auto sorted = times_;
    std::ranges::sort(sorted);
    return std::chrono::duration_cast<std::chrono::milliseconds>(sorted.at(sorted.size() / 2));
  }

 private:
  std::vector<std::chrono::nanoseconds> times_;
};

}  // namespace gatehouse::core
