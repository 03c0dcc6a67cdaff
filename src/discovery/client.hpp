// Service discovery through Consul's HTTP API: the built-in registry and a real Consul answer the same calls.
//
// Announces this instance and keeps it announced; watches the services that were asked for with blocking
// queries. When the registry is gone, the last known good list stays in force.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "discovery/announcement.hpp"
#include "discovery/instance.hpp"
#include "http/client.hpp"
#include "runtime/task_group.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::discovery {

struct ClientOptions {
  http::Target registry;
  std::filesystem::path token_file;      // see LinkOptions
  std::chrono::milliseconds ttl{3'000};  // see AnnouncementTimes
  std::chrono::milliseconds heartbeat{1'000};
  std::chrono::milliseconds check_interval{1'000};
  std::chrono::milliseconds wait{30'000};  // see WatchTimes
  std::chrono::milliseconds doubt{5'000};
  std::chrono::milliseconds retry{250};   // see LinkOptions
  telemetry::Metrics* metrics = nullptr;  // null: nothing is counted
};

enum class Maintenance { on, off };

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

  // Takes an instance out of everybody's list, or puts it back, whatever its checks say.
  // `not_found`/"registry_unknown" if the registry has no such instance.
  [[nodiscard]] Awaitable<Result<void>> set_maintenance(std::string instance_id, Maintenance maintenance,
                                                        std::string reason, Deadline deadline);

  // Takes this instance out of the list first, then ends the watches.
  [[nodiscard]] Awaitable<> stop(Deadline deadline);
  [[nodiscard]] bool is_connected() const;   // the last call was answered
  [[nodiscard]] bool is_registered() const;  // the registry has taken register_instance()'s instance
  [[nodiscard]] bool is_passing() const;     // and it was ready when last heard of: peers are given it

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::discovery
