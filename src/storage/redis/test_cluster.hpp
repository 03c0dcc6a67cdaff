// For tests: a Redis Cluster of three primaries on free ports. Throws if it does not come together.
#pragma once

#include <array>
#include <memory>

#include "runtime/timer.hpp"
#include "runtime/worker.hpp"
#include "storage/redis/client.hpp"
#include "storage/redis/hash_slot.hpp"
#include "storage/redis/test_server.hpp"

namespace gatehouse::storage::redis {

class TestCluster {
 public:
  static constexpr std::size_t kNodes = 3;

  TestCluster() {
    for (std::size_t i = 0; i < kNodes; ++i) {
      bus_ports_[i] = test_peers::free_port();
      servers_[i] = std::make_unique<TestServer>(std::vector<std::string>{
          "--cluster-enabled", "yes", "--cluster-port", std::to_string(bus_ports_[i]),
          "--cluster-node-timeout", "1000", "--cluster-require-full-coverage", "no"});
    }
    for (std::size_t i = 0; i < kNodes; ++i) {
      const std::size_t first = i * kSlots / kNodes;
      const std::size_t last = (i + 1) * kSlots / kNodes - 1;
      ask(i, {"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
      ask(i, {"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
      if (i > 0)
        ask(0, {"CLUSTER", "MEET", "127.0.0.1", std::to_string(port(i)), std::to_string(bus_ports_[i])});
    }
    for (std::size_t i = 0; i < kNodes; ++i) wait_until_whole(i);
  }

  [[nodiscard]] std::uint16_t port(std::size_t node) const { return servers_.at(node)->port(); }
  [[nodiscard]] Address address(std::size_t node) const { return {"127.0.0.1", port(node)}; }
  [[nodiscard]] TestServer& server(std::size_t node) { return *servers_.at(node); }
  [[nodiscard]] std::string id(std::size_t node) { return ask(node, {"CLUSTER", "MYID"}).text; }

  // One command to one node, whoever owns its key. Throws for an error.
  Reply ask(std::size_t node, const std::vector<std::string>& words) {
    boost::asio::io_context io{1};
    Settings settings;
    settings.port = port(node);
    Client client(io.get_executor(), std::move(settings));
    client.start();
    (void)runtime::run_to_end(io, client.wait_until_connected(Deadline::after(std::chrono::seconds{5})));
    const std::vector<std::string_view> views(words.begin(), words.end());
    auto reply = runtime::run_to_end(io, client.command(views));
    (void)runtime::run_to_end(io, client.stop(Deadline::after(std::chrono::seconds{5})));
    if (!reply) throw std::runtime_error(words.front() + ": " + reply.error().detail);
    return std::move(*reply);
  }

  // The three steps of CLUSTER SETSLOT: to the target, to the source, and at the end to all.
  void begin_move(std::uint16_t slot, std::size_t from, std::size_t to) {
    ask(to, {"CLUSTER", "SETSLOT", std::to_string(slot), "IMPORTING", id(from)});
    ask(from, {"CLUSTER", "SETSLOT", std::to_string(slot), "MIGRATING", id(to)});
  }
  void move_key(const std::string& key, std::size_t from, std::size_t to) {
    ask(from, {"MIGRATE", "127.0.0.1", std::to_string(port(to)), key, "0", "1000"});
  }
  void end_move(std::uint16_t slot, std::size_t to) {
    const std::string owner = id(to);
    ask(to, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", owner});
    for (std::size_t node = 0; node < kNodes; ++node) {
      if (node != to) ask(node, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", owner});
    }
  }

 private:
  void wait_until_whole(std::size_t node) {
    const Deadline give_up = Deadline::after(std::chrono::seconds{20});
    while (!give_up.is_over()) {
      const std::string info = ask(node, {"CLUSTER", "INFO"}).text;
      const bool is_whole = info.find("cluster_state:ok") != std::string::npos &&
                            info.find("cluster_slots_ok:16384") != std::string::npos &&
                            info.find("cluster_known_nodes:3") != std::string::npos;
      if (is_whole) return;
      runtime::run_to_end(runtime::sleep_for(std::chrono::milliseconds{20}));
    }
    throw std::runtime_error("the cluster does not come together");
  }

  std::array<std::uint16_t, kNodes> bus_ports_{};
  std::array<std::unique_ptr<TestServer>, kNodes> servers_;
};

}  // namespace gatehouse::storage::redis
