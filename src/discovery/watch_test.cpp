// A client against a registry that answers as the script says: what is believed, and how often it is asked.
#include <deque>

#include <gtest/gtest.h>

#include "discovery/client.hpp"
#include "http/problem.hpp"
#include "http/server.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::discovery {
namespace {

using std::chrono::milliseconds;

struct Answer {
  unsigned status = 200;
  std::string index;
  std::string content;
};

std::string list_of(std::initializer_list<std::string_view> ids) {
  json::array entries;
  for (const std::string_view id : ids)
    entries.push_back(json::object{{"Service", {{"ID", id}, {"Address", "127.0.0.1"}, {"Port", 5003}}}});
  return json::serialize(entries);
}

// Gives one answer after the other; the last one for good. A query with the last index waits, as Consul's
// does.
class ScriptedRegistry final : public http::Handler {
 public:
  [[nodiscard]] Awaitable<> serve(http::Exchange& exchange) override {
    targets.push_back(exchange.request.target);
    const Answer answer = answers.front();
    if (answers.size() > 1) {
      answers.pop_front();
    } else if (exchange.request.target.find("index=0") == std::string::npos) {
      (void)co_await runtime::sleep_for(milliseconds{200});
    }
    exchange.response = http::text_response(answer.status, "application/json", answer.content);
    if (!answer.index.empty()) exchange.response.headers.add("X-Consul-Index", answer.index);
  }
  void finish(const http::Exchange& /*exchange*/, std::chrono::nanoseconds /*took*/) noexcept override {}

  std::deque<Answer> answers;
  std::vector<std::string> targets;
};

class Watching : public testing::Test {
 protected:
  Watching() {
    telemetry::log::configure("test", "", telemetry::log::Level::off);
    const auto port = server_.listen({.address = "127.0.0.1"}).value();
    ClientOptions options{.registry = {.host = "127.0.0.1", .port = port},
                          .wait = milliseconds{2'000},
                          .doubt = milliseconds{600},
                          .retry = milliseconds{40},
                          .metrics = &metrics_};
    client_ = std::make_unique<Client>(io_.get_executor(), http_, std::move(options));
  }
  ~Watching() override {
    runtime::run_to_end(io_, client_->stop(Deadline::after(milliseconds{500})));
    runtime::run_to_end(io_, server_.stop(Deadline::after(milliseconds{50})));
  }
  void live(milliseconds how_long) {
    if (io_.stopped()) io_.restart();
    io_.run_for(how_long);
  }
  std::size_t seen() { return client_->find("orders-service")->size(); }
  // Lives until it sees so many; false if that takes too long.
  bool comes_to_see(std::size_t count) {
    const auto limit = Deadline::after(milliseconds{3'000});
    while (seen() != count && !limit.is_over()) live(milliseconds{5});
    return seen() == count;
  }
  double stale() { return metrics_.gauge("discovery_stale_lists", "").value(); }

  ScriptedRegistry registry_;
  telemetry::Metrics metrics_;
  boost::asio::io_context io_{1};
  http::Client http_{io_.get_executor(), {}};
  http::Server server_{io_.get_executor(), registry_, {}};
  std::unique_ptr<Client> client_;
};

TEST_F(Watching, AsksOnWithTheIndexThatItWasGiven) {
  registry_.answers = {{200, "7", list_of({})}, {200, "9", list_of({"orders-1"})}};
  ASSERT_TRUE(comes_to_see(1));
  live(milliseconds{50});
  ASSERT_GE(registry_.targets.size(), 3U);
  EXPECT_NE(registry_.targets[0].find("index=0&"), std::string::npos);
  EXPECT_NE(registry_.targets[1].find("index=7&"), std::string::npos);
  EXPECT_NE(registry_.targets[2].find("index=9&"), std::string::npos);
}

TEST_F(Watching, AnIndexOfZeroIsNotAskedWithInALoop) {
  registry_.answers = {{200, "0", list_of({"orders-1"})}};
  ASSERT_TRUE(comes_to_see(1));
  const auto before = registry_.targets.size();
  live(milliseconds{400});
  EXPECT_LE(registry_.targets.size() - before, 10U) << "each such query is answered at once";
}

TEST_F(Watching, ARegistryThatErrsLeavesTheLastKnownListInForce) {
  registry_.answers = {{200, "5", list_of({"orders-1", "orders-2"})},
                       {500, "", "No cluster leader"},
                       {200, "6", "[{]"},
                       {200, "6", R"([{"Service": {"ID": "x", "Port": 99999999}}])"},
                       {403, "", "Permission denied"}};
  ASSERT_TRUE(comes_to_see(2));
  live(milliseconds{500});
  EXPECT_EQ(registry_.answers.size(), 1U) << "all of them were tried";
  EXPECT_EQ(seen(), 2U);
  EXPECT_EQ(stale(), 1);
  EXPECT_GE(metrics_.counter("discovery_errors_total", "").value(), 2);
  registry_.answers = {{200, "8", list_of({"orders-3"})}};
  EXPECT_TRUE(comes_to_see(1));
  EXPECT_EQ(stale(), 0);
}

TEST_F(Watching, ARegistryThatBeganAnewIsNotBelievedAtOnceThatNobodyIsThere) {
  registry_.answers = {{200, "50", list_of({"orders-1"})}, {200, "3", list_of({})}};
  ASSERT_TRUE(comes_to_see(1));
  live(milliseconds{350});
  EXPECT_GE(registry_.targets.size(), 3U) << "it was asked again";
  EXPECT_EQ(seen(), 1U);
  EXPECT_TRUE(comes_to_see(0)) << "in the end it is believed";
}

TEST_F(Watching, AnEmptyListOfARegistryThatHasNotFailedIsBelievedAtOnce) {
  registry_.answers = {{200, "50", list_of({"orders-1"})}, {200, "51", list_of({})}};
  ASSERT_TRUE(comes_to_see(1));
  live(milliseconds{300});
  EXPECT_EQ(seen(), 0U);
}

}  // namespace
}  // namespace gatehouse::discovery
