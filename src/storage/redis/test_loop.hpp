// For tests: a loop on which clients of Redis are run, and waiting for what servers do in their own time.
#pragma once

#include <gtest/gtest.h>

#include "runtime/worker.hpp"
#include "storage/redis/redis.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::redis {

class LoopTest : public testing::Test {
 protected:
  void SetUp() override { log::configure({.level = log::Level::error}); }

  template <class T>
  T run(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  void connect(Redis& client) {
    client.start();
    const auto connected = run(client.wait_until_connected(Deadline::after(std::chrono::seconds{10})));
    ASSERT_TRUE(connected) << connected.error().reason;
  }
  void stop(Redis& client) { EXPECT_TRUE(run(client.stop(Deadline::after(std::chrono::seconds{5})))); }
  // Runs the loop until something is so.
  template <class Condition>
  bool run_until(Condition condition) {
    const Deadline give_up = Deadline::after(std::chrono::seconds{15});
    bool is_so = condition();
    while (!is_so && !give_up.is_over()) {
      io_.run_one_for(std::chrono::milliseconds{50});
      is_so = condition();
    }
    return is_so;
  }
  Result<Reply> command(Redis& client, std::initializer_list<std::string_view> words) {
    return run(client.command(words));
  }

  boost::asio::io_context io_{1};
};

}  // namespace gatehouse::storage::redis
