// Brings rows to the current version of their key ring in the background: a batch, a pause, a batch. All
// progress is in the rows, so it goes on after a restart where it was, and several instances may do it at
// once.
//
// What it tells (and `gatehouse keys status` shows), per ring and table:
//   key_rotation_rows{version}      rows by version, at the last count
//   key_rotation_rows_remaining     rows below the current version
//   key_rotation_counted_version    the version for which the last count speaks
#pragma once

#include <chrono>
#include <string>

#include "storage/key_rotation.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::service {

struct RotationPace {
  std::size_t batch_rows = 200;
  std::chrono::milliseconds pause{50};             // between batches
  std::chrono::milliseconds look_every{1'000};     // for a new current version
  std::chrono::milliseconds again_after{2'000};    // when a pass failed, or others wrote under the old key
  std::chrono::milliseconds count_every{300'000};  // although nothing was rotated
};

class RotationJob {
 public:
  // `ring` ("fields", "index") and `table` name it in metrics and logs. `rows` and `metrics` must outlive it.
  RotationJob(std::string ring, std::string table, storage::Rotatable& rows, telemetry::Metrics& metrics,
              RotationPace pace = {});

  // Until its task group stops it.
  [[nodiscard]] Awaitable<> run();
  // Once over all rows, if there are any below the current version. Errors: the store's, `cancelled`.
  [[nodiscard]] Awaitable<Result<void>> pass();

 private:
  // A cause that was told already is not told again.
  void note_failure(const Error& why);
  // How many rows are below `version`.
  [[nodiscard]] Awaitable<Result<std::uint64_t>> count(std::uint32_t version);
  [[nodiscard]] telemetry::Gauge& gauge(std::string_view name, std::string_view help);

  std::string ring_;
  std::string table_;
  storage::Rotatable& rows_;
  telemetry::Metrics& metrics_;
  RotationPace pace_;
  std::uint32_t counted_version_ = 0;
  bool is_complete_ = false;   // the last pass came to its end and left nothing that it could read
  std::string_view reported_;  // the reason that was logged last
  storage::RowsPerVersion shown_;
};

}  // namespace gatehouse::service
