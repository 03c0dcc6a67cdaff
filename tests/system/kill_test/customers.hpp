// Customers who do not give up: each order is sent again, with the same Idempotency-Key, until the platform
// acknowledges it, whatever is killed meanwhile.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests::kill {

struct CustomerOptions {
  std::size_t orders = 2'000;
  std::size_t clients = 20;
  std::uint64_t seed = 1;
  std::chrono::milliseconds pace{600};         // between two orders of one client
  std::chrono::milliseconds patience{90'000};  // for one order to be acknowledged
  unsigned repeat_per_mille = 100;             // acknowledged orders that are sent once more
  unsigned cancel_per_mille = 50;              // acknowledged orders that the customer cancels, or tries to
  std::size_t orders_per_token = 25;           // then the tokens are refreshed
};

struct Acknowledged {
  std::string key;
  std::string id;
};

struct CustomerFigures {
  std::vector<Acknowledged> acknowledged;
  std::vector<std::string> complaints;  // what a customer must never see
  std::uint64_t sent = 0;
  std::uint64_t sent_again = 0;
  std::map<std::string, std::uint64_t> reasons;  // of sending again: a status, or why there was none
  std::uint64_t repeated = 0;                    // acknowledged orders that were asked for again
  std::uint64_t cancel_tried = 0;
  std::uint64_t tokens_refreshed = 0;
  std::uint64_t logins = 0;
};

class Customers {
 public:
  Customers(const RunningPlatform& platform, CustomerOptions options)
      : platform_(platform), options_(options) {}

  // Returns when all orders are acknowledged or given up.
  CustomerFigures run();
  // While it runs, from another thread.
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }

 private:
  class Client;
  void complain(std::string what);

  const RunningPlatform& platform_;
  CustomerOptions options_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> acknowledged_{0};
  std::mutex mutex_;
  CustomerFigures figures_;
};

}  // namespace gatehouse::tests::kill
