// Strikes at random, by a seed: kills roles, which the supervisor starts again, or injures their engines.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::tests::kill {

struct Blow {
  std::string name;              // for the table: "SIGKILL orders-1"
  std::function<bool()> strike;  // returns when the harm is done and healed; false if there was none
};

class Nemesis {
 public:
  // Mean time between two blows. Without blows it does nothing.
  Nemesis(std::vector<Blow> blows, std::uint64_t seed, std::chrono::milliseconds mean);
  ~Nemesis();

  // Waits for the end of the last blow; throws what it threw. The thread remains until the destructor: the
  // engines that it started again would die with it.
  void stop();
  // How often by name; after stop().
  [[nodiscard]] const std::map<std::string, int>& struck() const { return struck_; }
  // A storm in which something never happened proves nothing about it.
  [[nodiscard]] bool has_struck_all() const { return struck_.size() == blows_.size(); }

 private:
  void strike_until_stopped();

  std::vector<Blow> blows_;
  std::mt19937_64 random_;
  std::chrono::milliseconds mean_;
  std::map<std::string, int> struck_;
  std::exception_ptr failure_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> is_quiet_{false};
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

}  // namespace gatehouse::tests::kill
