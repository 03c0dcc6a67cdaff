// Sends batch after batch to the _bulk API, each until every line of it was taken, was there, or is refused
// for good; then the checkpoint moves. The log files are the buffer: while the receiver is away nothing is
// read. At least once: what was taken when its answer was lost is sent again, and 409 tells that it was
// there.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/secret.hpp"
#include "http/client.hpp"
#include "log_shipper/bulk.hpp"
#include "log_shipper/checkpoint.hpp"
#include "log_shipper/collector.hpp"
#include "log_shipper/dead_letters.hpp"
#include "log_shipper/settings.hpp"
#include "runtime/blocking_pool.hpp"
#include "runtime/timer.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::log_shipper {

struct ShipperParts {
  http::Client& http;
  BlockingPool& pool;
  Metrics& metrics;
  runtime::Executor executor;
};

class Shipper {
 public:
  // Errors: what Settings::target, Settings::authorization, read_checkpoint and DeadLetters::open say.
  static Result<std::unique_ptr<Shipper>> make(ShipperParts parts, Settings settings,
                                               const std::filesystem::path& logs,
                                               const std::filesystem::path& data);

  // Until finish() and all that is there was tried once, or until it is cancelled.
  [[nodiscard]] Awaitable<> run();
  // Sends what is there, without waiting for more or for a receiver that does not answer; false if the
  // deadline passed first.
  [[nodiscard]] Awaitable<bool> finish(Deadline deadline);
  // The error of the last request, unless it was answered.
  [[nodiscard]] Result<void> check() const;

 private:
  struct Meters {
    explicit Meters(Metrics& metrics);
    Counter& sent;
    Counter& there;
    Counter& retried;
    Counter& refused;
    Counter& missing;
    Counter& failures;
    Gauge& bytes_behind;
    Gauge& seconds_behind;
  };

  Shipper(ShipperParts parts, Settings settings, http::Target target, Collector collector,
          DeadLetters dead_letters, std::filesystem::path checkpoint_file, Checkpoint checkpoint);

  [[nodiscard]] Awaitable<Result<Batch>> collect();
  [[nodiscard]] Awaitable<bool> deliver(std::vector<Item> pending);
  [[nodiscard]] Awaitable<Result<std::vector<Outcome>>> post(std::string body, std::size_t items);
  [[nodiscard]] Awaitable<> settle(std::vector<Item>& pending, const std::vector<Outcome>& outcomes);
  [[nodiscard]] Awaitable<> bury(std::vector<Item> items, std::vector<Outcome> outcomes);
  [[nodiscard]] Awaitable<> note_unreadable(Batch& batch);
  [[nodiscard]] Awaitable<bool> wait(std::chrono::milliseconds duration);
  [[nodiscard]] Awaitable<Result<void>> move_checkpoint(Checkpoint after);
  void note_failure(const Error& error);
  void note_answer();

  ShipperParts parts_;
  Settings settings_;
  http::Target target_;
  Secret authorization_;
  Collector collector_;
  DeadLetters dead_letters_;
  std::filesystem::path checkpoint_file_;
  Checkpoint checkpoint_;
  Meters meters_;
  std::optional<Error> failure_;
  core::SteadyTime caught_up_;
  bool is_finishing_ = false;
  bool is_done_ = false;
  runtime::Signal wake_;
  runtime::Signal done_;
};

}  // namespace gatehouse::log_shipper
