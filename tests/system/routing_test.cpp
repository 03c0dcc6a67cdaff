// Several instances of one role behind the gateway: they share the load, and one that dies without a word
// leaves the list within its check interval.
#include <fstream>

#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "supervisor/durable_file.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kCheckInterval{3};  // the TTL of a role's registration

// How many requests for the products an instance has served, by its own count.
std::int64_t served(demo::UserAgent& instance) {
  const auto metrics = instance.ask(demo::get("/metrics"), 200);
  if (!metrics) return -1;
  std::int64_t count = 0;
  for (const std::string_view line : core::split(metrics->content, '\n')) {
    const bool is_it = line.starts_with("http_server_request_duration_seconds_count{") &&
                       line.find("http_route=\"/products\"") != std::string_view::npos;
    if (is_it) count += core::parse_int<std::int64_t>(line.substr(line.rfind(' ') + 1)).value_or(0);
  }
  return count;
}

std::vector<std::string> passing(const RunningPlatform& platform, const std::string& service) {
  const auto reply =
      platform.direct("registry-1", "up")->ask(demo::get("/v1/health/service/" + service + "?passing"), 200);
  std::vector<std::string> ids;
  if (!reply) return ids;
  for (const json::value& entry : json::parse(reply->content).as_array())
    ids.emplace_back(entry.at("Service").at("ID").as_string());
  return ids;
}

TEST(Routing, TwoInstancesShareTheLoad) {
  const RunningPlatform platform({.instances = {{"orders", 2}}, .settings = {}, .program = {}});
  const auto first = platform.direct("orders-1", "prometheus");
  const auto second = platform.direct("orders-2", "prometheus");
  const auto client = platform.through_https();
  ASSERT_TRUE(eventually(seconds{5}, [&] {
    (void)client->send(demo::get("/products"));
    return served(*second) > 0 && served(*first) > 0;
  }));
  const auto first_before = served(*first);
  const auto second_before = served(*second);
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(client->ask(demo::get("/products"), 200));
  EXPECT_GE(served(*first) - first_before, 20);
  EXPECT_GE(served(*second) - second_before, 20);
}

// A third instance that no supervisor would start again.
class LooseInstance {
 public:
  explicit LooseInstance(const RunningPlatform& platform) {
    const auto directory = platform.data() / "instances" / "orders-9";
    std::filesystem::create_directories(directory);
    const Outcome issued = platform.gatehouse({"pki", "issue", "orders", directory.string()});
    if (issued.code != 0) throw std::runtime_error(issued.output);
    auto config =
        core::parse_json_object(
            supervisor::read_file(platform.layout().instance_dir("orders-1") / "config.json").value())
            .value();
    config["instance"] = "orders-9";
    config["listen"] = {{"address", "127.0.0.1"}, {"port", free_port()}};
    config["tls"].as_object()["certificate"] = (directory / "tls" / "cert.pem").string();
    config["tls"].as_object()["key"] = (directory / "tls" / "key.pem").string();
    const auto file = directory / "config.json";
    std::ofstream(file) << json::serialize(config);
    process_ = std::make_unique<Process>(
        Command{.words = {executable(), "orders", "--config", file.string()}, .user = {}});
  }
  void kill() {
    process_->kill(SIGKILL);
    (void)process_->wait(seconds{5});
  }

 private:
  std::unique_ptr<Process> process_;
};

TEST(Routing, AKilledInstanceLeavesWithinItsCheckIntervalAndNoRequestIsLost) {
  const RunningPlatform platform;
  LooseInstance loose(platform);
  const auto lists_it = [&platform] {
    const auto ids = passing(platform, "orders-service");
    return std::ranges::find(ids, "orders-9") != ids.end();
  };
  ASSERT_TRUE(eventually(seconds{5}, lists_it)) << platform.complaints();
  const auto client = platform.through_https();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(client->ask(demo::get("/products"), 200));

  loose.kill();
  const auto killed_at = std::chrono::steady_clock::now();
  int asked = 0;
  while (lists_it()) {
    const auto answer = client->send(demo::get("/products"));
    ASSERT_TRUE(answer) << answer.error().reason;
    EXPECT_EQ(answer->status, 200U) << "request " << asked << " after the kill: " << answer->content;
    ++asked;
    pause(milliseconds{20});
    ASSERT_LT(std::chrono::steady_clock::now() - killed_at, kCheckInterval + seconds{2});
  }
  EXPECT_LT(std::chrono::steady_clock::now() - killed_at, kCheckInterval + milliseconds{500});
  EXPECT_GT(asked, 10);
}

}  // namespace
}  // namespace gatehouse::tests
