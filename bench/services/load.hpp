// A closed loop of clients: each sends its next request when it has the answer to the last, on a connection
// that it keeps.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "http/client.hpp"

namespace gatehouse::bench {

struct Load {
  http::Target target;
  std::string path;
  std::vector<std::string> bearers;  // access tokens; the clients take turns
  std::function<std::string(std::mt19937_64&)> body;
  std::size_t connections = 32;
  std::chrono::milliseconds time{4'000};
};

struct Heard {
  std::uint64_t created = 0;        // answers with 201
  std::vector<std::string> others;  // what else came back: such a run does not count
  std::vector<double> millis;       // of each answer, sorted
  double seconds = 0;

  [[nodiscard]] double percentile(double part) const;  // of `millis`; 0.99
};

// Every client connects and is answered once; then `on_warm` is called and the time runs.
[[nodiscard]] Heard drive(const Load& load, const std::function<void()>& on_warm);

}  // namespace gatehouse::bench
