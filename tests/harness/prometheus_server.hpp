// A real Prometheus that watches a platform under test with the configuration and the rules that the project
// ships. Only places and time differ: the platform's own paths and ports, and every duration a thirtieth.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "demo/user_agent.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {

struct Alert {
  std::string name;
  json::object labels;
  std::string state;  // "pending" or "firing"
};

class PrometheusServer {
 public:
  // Throws std::runtime_error if it does not become ready.
  explicit PrometheusServer(const RunningPlatform& platform);

  // The samples of an instant query; throws std::runtime_error with what it says of a query that it refuses.
  [[nodiscard]] json::array query(const std::string& expression) const;
  // Trace ids of the exemplars of a selector, of the last minutes.
  [[nodiscard]] json::array exemplars(const std::string& selector) const;
  [[nodiscard]] std::vector<Alert> alerts() const;
  [[nodiscard]] bool fires(std::string_view alert) const;
  // Instances that are scraped well now.
  [[nodiscard]] std::vector<std::string> instances_up() const;
  // The rules that do not evaluate, with their errors; empty: all do.
  [[nodiscard]] std::vector<std::string> broken_rules() const;

  [[nodiscard]] std::string output() const { return process_->output(); }

 private:
  [[nodiscard]] json::object ask(const std::string& target) const;

  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port();
  std::unique_ptr<Process> process_;
};

// "rate(x[5m])" as it is asked for under such a Prometheus: "rate(x[10s])".
[[nodiscard]] std::string in_short_time(const std::string& expression);

}  // namespace gatehouse::tests
