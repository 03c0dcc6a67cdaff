// An order's stream through the gateway: whichever instance changes the order, whichever serves the stream.
// curl reads it, so that nothing of ours decides when a piece has arrived.
#include <gtest/gtest.h>

#include "tests/harness/or_throw.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using std::chrono::seconds;

constexpr int kOrders = 6;  // two instances in turn: some are changed at one and followed at the other

class OrderEvents : public testing::Test {
 protected:
  [[nodiscard]] json::object answer(http::Request request, unsigned status) const {
    return json::parse(or_throw(client_->ask(std::move(request), status)).content).as_object();
  }
  [[nodiscard]] std::string place(int number) const {
    const json::array items{json::object{{"sku", "kettle-copper"}, {"quantity", 1}}};
    const json::object order{{"items", items}, {"payment_method", "pm_card_visa"}};
    const std::string key = "order-of-stream-" + std::to_string(1000 + number);
    return std::string(answer(demo::post_json("/orders", order, token_, key), 201).at("id").as_string());
  }
  [[nodiscard]] json::object await_confirmed(const std::string& id) const {
    json::object order;
    const bool is_confirmed = eventually(seconds{10}, [&] {
      order = answer(demo::get("/orders/" + id, token_), 200);
      return order.at("status").as_string() == "confirmed";
    });
    EXPECT_TRUE(is_confirmed);
    return order;
  }
  void cancel(const json::object& order) const {
    auto request =
        demo::post_json("/orders/" + std::string(order.at("id").as_string()) + "/cancel", {}, token_);
    request.headers.set("If-Match", "\"" + std::to_string(order.at("version").as_int64()) + "\"");
    (void)answer(std::move(request), 200);
  }
  [[nodiscard]] Process follow(const std::string& id) const {
    return Process(
        {.words = {"curl", "-sSN", "--max-time", "20", "--cacert", platform_.layout().ca_file().string(),
                   "-H", "Authorization: Bearer " + token_, "-w", "status=%{http_code}",
                   "https://localhost:" + std::to_string(platform_.plan().gateway_https) + "/orders/" + id +
                       "/events"},
         .user = {}});
  }

  RunningPlatform platform_{{.instances = {{"orders", 2}}}};
  std::unique_ptr<demo::UserAgent> client_ = platform_.through_https();
  std::string token_ = std::string(or_throw(platform_.sign_in("alice")).access.reveal());
};

TEST_F(OrderEvents, ArriveWhicheverInstanceChangesTheOrder) {
  std::vector<json::object> orders;
  std::vector<Process> streams;
  for (int i = 0; i < kOrders; ++i) {
    const std::string id = place(i);
    orders.push_back(await_confirmed(id));
    streams.push_back(follow(id));
  }
  for (Process& stream : streams)
    EXPECT_TRUE(eventually(seconds{5}, [&] { return stream.output().contains("\"status\":\"confirmed\""); }))
        << stream.output();
  for (const json::object& order : orders) cancel(order);
  for (Process& stream : streams) {
    const Outcome ended = stream.wait(seconds{10});
    EXPECT_EQ(ended.code, 0) << "the stream ends by itself: " << ended.output;
    EXPECT_TRUE(ended.output.starts_with("retry: 2000\n\nid: ")) << ended.output;
    EXPECT_TRUE(ended.output.contains("\"status\":\"cancelled\"")) << ended.output;
    EXPECT_TRUE(ended.output.ends_with("\n\nstatus=200")) << ended.output;
  }
}

TEST_F(OrderEvents, DoNotKeepThePlatformFromStopping) {
  const std::string id = place(0);
  Process stream = follow(id);
  EXPECT_TRUE(eventually(seconds{5}, [&] { return stream.output().contains("event: order"); }));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(platform_.gatehouse({"down"}).code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds{14}) << "what does not end in time is killed";
  EXPECT_FALSE(stream.wait(seconds{5}).is_timeout);
}

}  // namespace
}  // namespace gatehouse::tests
