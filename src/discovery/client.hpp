// Service discovery through Consul's HTTP API: the built-in registry and a real Consul answer the same calls.
//
// Registers this instance with a TTL check and keeps it passing; watches the services that were asked for
// with blocking queries. When the registry is gone, the last known good list stays in force.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "http/client.hpp"
#include "runtime/task_group.hpp"

namespace gatehouse::discovery {

struct Instance {
  std::string id;  // "orders-1"
  std::string address;
  std::uint16_t port = 0;
  std::map<std::string, std::string> meta;  // "role": the role whose certificate it presents

  friend bool operator==(const Instance&, const Instance&) = default;
};

using Instances = std::shared_ptr<const std::vector<Instance>>;

struct ClientOptions {
  http::Target registry;
  std::string token;                     // X-Consul-Token; empty: none
  std::chrono::milliseconds ttl{3'000};  // the check turns critical after this silence
  std::chrono::milliseconds heartbeat{1'000};
  std::chrono::milliseconds wait{30'000};  // of a blocking query
  std::chrono::milliseconds retry{250};    // after a failed call, with jitter up to ten times this
};

struct Registration {
  std::string id;
  std::string name;  // "orders-service"
  std::string address;
  std::uint16_t port = 0;
  std::map<std::string, std::string> meta;
};

class Client {
 public:
  Client(runtime::Executor executor, http::Client& http, ClientOptions options);
  ~Client();

  // Announces this process and keeps the announcement alive in the background until stop().
  void register_instance(Registration registration);

  // What is known of a service right now, without waiting. The first call for a name starts a watch; an
  // unknown or so far unanswered name gives an empty list.
  [[nodiscard]] Instances find(std::string_view service);
  // As find(), but waits for the first answer of the registry about that name.
  [[nodiscard]] Awaitable<Result<Instances>> lookup(std::string service, Deadline deadline);
  // True if the registry has ever named an instance of it: then it, and not DNS, says where the host is.
  [[nodiscard]] bool knows(std::string_view service) const;

  // Takes this instance out of the list first, then ends the watches.
  [[nodiscard]] Awaitable<> stop(Deadline deadline);
  [[nodiscard]] bool is_connected() const;  // the last call was answered

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::discovery
