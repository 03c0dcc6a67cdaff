#include "service/keys/rotation_job.hpp"

#include "runtime/timer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

namespace log = telemetry::log;

// The gauge is there from the start, at 0: a table that is not counted yet is not overlooked.
RotationJob::RotationJob(std::string ring, std::string table, storage::Rotatable& rows,
                         telemetry::Metrics& metrics, RotationPace pace)
    : ring_(std::move(ring)), table_(std::move(table)), rows_(rows), metrics_(metrics), pace_(pace) {
  gauge("key_rotation_counted_version", "The current version when the rows were last counted.").set(0);
}

telemetry::Gauge& RotationJob::gauge(std::string_view name, std::string_view help) {
  return metrics_.gauge(name, help, {{"ring", ring_}, {"table", table_}});
}

Awaitable<Result<std::uint64_t>> RotationJob::count(std::uint32_t version) {
  const auto rows = co_await rows_.count();
  if (!rows) co_return fail(rows);
  for (auto& [known, count] : shown_) count = 0;  // a version that has gone shows 0 from now on
  std::uint64_t remaining = 0;
  for (const auto& [known, count] : *rows) {
    shown_[known] = count;
    if (known < version) remaining += count;
  }
  for (const auto& [known, count] : shown_) {
    metrics_
        .gauge("key_rotation_rows", "Rows by the version of the key that they name.",
               {{"ring", ring_}, {"table", table_}, {"version", std::to_string(known)}})
        .set(static_cast<double>(count));
  }
  gauge("key_rotation_rows_remaining", "Rows below the current version of their key ring.")
      .set(static_cast<double>(remaining));
  gauge("key_rotation_counted_version", "The current version when the rows were last counted.").set(version);
  counted_version_ = version;
  co_return remaining;
}

Awaitable<Result<void>> RotationJob::pass() {
  is_complete_ = false;
  const auto version = rows_.current_version();
  if (!version) co_return fail(version);
  const auto before = co_await count(*version);
  if (!before) co_return fail(before);
  is_complete_ = *before == 0;
  if (is_complete_) co_return Result<void>{};
  log::info("key-rotation", "rows are brought to the current key",
            {log::field("ring", ring_), log::field("table", table_), log::field("version", *version),
             log::field("rows", *before)});
  auto& remaining = gauge("key_rotation_rows_remaining", "Rows below the current version of their key ring.");
  std::size_t stuck = 0;
  storage::Rotatable::Step step{.is_last = false};
  while (!step.is_last) {
    auto next = co_await rows_.advance(std::move(step.after), pace_.batch_rows);
    if (!next) co_return fail(next);
    step = std::move(*next);
    stuck += step.stuck;
    remaining.subtract(static_cast<double>(step.done));
    if (step.is_last) break;
    if (const auto slept = co_await runtime::sleep_for(pace_.pause); !slept) co_return fail(slept);
  }
  const auto after = co_await count(*version);
  if (!after) co_return fail(after);
  log::info("key-rotation", "all rows were visited",
            {log::field("ring", ring_), log::field("table", table_), log::field("version", *version),
             log::field("rows.remaining", *after), log::field("rows.unreadable", stuck)});
  is_complete_ = *after <= stuck;
  co_return Result<void>{};
}

Awaitable<> RotationJob::run() {
  std::chrono::milliseconds since_pass = pace_.count_every;
  for (;;) {
    const auto version = rows_.current_version();
    const bool is_due = since_pass >= (is_complete_ ? pace_.count_every : pace_.again_after);
    const bool is_news = version && *version != counted_version_ && reported_.empty();
    if (version && (is_due || is_news)) {
      const auto passed = co_await pass();
      if (!passed && passed.error().kind == ErrorKind::cancelled) co_return;
      if (passed) reported_ = {};
      if (!passed) note_failure(passed.error());
      since_pass = {};
    }
    if (const auto slept = co_await runtime::sleep_for(pace_.look_every); !slept) co_return;
    since_pass += pace_.look_every;
  }
}

void RotationJob::note_failure(const Error& why) {
  if (why.reason == reported_) return;
  reported_ = why.reason;
  log::warn("key-rotation", "interrupted, it goes on later",
            {log::field("ring", ring_), log::field("table", table_), log::field(why)});
}

}  // namespace gatehouse::service
