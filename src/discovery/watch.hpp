// Follows one service with blocking queries. While the registry is silent, and for a moment after it has
// begun anew, the last known list stays in force.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "discovery/blocking_index.hpp"
#include "discovery/instance.hpp"
#include "discovery/registry_link.hpp"
#include "runtime/timer.hpp"

namespace gatehouse::discovery {

struct WatchTimes {
  std::chrono::milliseconds wait{30'000};  // of a blocking query
  // A registry that was away or lost its memory may not have heard of the instances yet: for so long an empty
  // list of its is not believed.
  std::chrono::milliseconds doubt{5'000};
};

class Watch {
 public:
  // `stale` may be null; it counts this list while it is not fresh.
  Watch(RegistryLink& link, std::string service, WatchTimes times, telemetry::Gauge* stale);

  // Until the task is cancelled.
  [[nodiscard]] Awaitable<> follow();
  // Waits for the registry's first answer; false at the deadline.
  [[nodiscard]] Awaitable<Result<bool>> first_answer(runtime::Executor executor, Deadline deadline);

  [[nodiscard]] const Instances& instances() const { return instances_; }
  [[nodiscard]] bool was_answered() const { return was_answered_; }
  [[nodiscard]] bool ever_had_one() const { return ever_had_one_; }

 private:
  enum class Freshness { fresh, stale };
  [[nodiscard]] Awaitable<Result<http::Reply>> ask();
  // Whether the next query may be sent at once, for it will wait.
  [[nodiscard]] bool take(const http::Reply& reply, std::vector<Instance> instances);
  [[nodiscard]] bool is_believed(const std::vector<Instance>& instances) const;
  void publish(std::vector<Instance> instances);
  void mark(Freshness freshness);
  void tell_refusal(const Error& error);

  RegistryLink& link_;
  std::string service_;
  WatchTimes times_;
  telemetry::Gauge* stale_;
  BlockingIndex index_;
  Instances instances_ = std::make_shared<const std::vector<Instance>>();
  std::optional<Deadline> doubt_;
  std::vector<runtime::Signal*> waiting_;
  std::string told_;  // the refusal that the log has had already
  bool was_answered_ = false;
  bool ever_had_one_ = false;
  Freshness freshness_ = Freshness::fresh;
};

}  // namespace gatehouse::discovery
