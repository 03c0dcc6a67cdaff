#include "log_shipper/shipper.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "resilience/retry.hpp"
#include "telemetry/log.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::log_shipper {

using std::chrono::milliseconds;

namespace {

constexpr resilience::RetryPolicy kRetries{.base = milliseconds{200}, .cap = milliseconds{5'000}};
// Only what read_bulk_reply() looks at: the rest of an answer is longer than all that.
constexpr std::string_view kAnswerParts =
    "filter_path=items.*.status,items.*.error.type,items.*.error.reason";

core::SteadyTime steady_now() {
  return core::SystemClock().steady_now();
}

// An answer to the whole request other than 200.
Error error_of(const http::Reply& reply) {
  std::string detail = fmt::format("{} {}", reply.status, reply.content.substr(0, 300));
  if (reply.status == 413)
    return {ErrorKind::too_large, "bulk_too_large", std::move(detail), Origin::upstream};
  if (reply.status == 401 || reply.status == 403)
    return {ErrorKind::forbidden, "elasticsearch_forbids", std::move(detail), Origin::upstream};
  if (reply.status == 429 || reply.status >= 500)
    return {ErrorKind::unavailable, "elasticsearch_busy", std::move(detail), Origin::upstream};
  return {ErrorKind::bad_upstream, "elasticsearch_refused", std::move(detail), Origin::upstream};
}

}  // namespace

Shipper::Meters::Meters(Metrics& metrics)
    : sent(metrics.counter("log_shipper_lines_sent_total", "Log lines that the receiver took")),
      there(metrics.counter("log_shipper_lines_already_there_total",
                            "Log lines sent again that had arrived before (409)")),
      retried(metrics.counter("log_shipper_lines_retried_total", "Log lines sent again")),
      refused(metrics.counter("log_shipper_lines_dead_total",
                              "Log lines that the receiver refused for good: in the dead-letter files")),
      missing(metrics.counter("log_shipper_lines_dropped_total",
                              "Log lines rotated away before they were sent, or never written")),
      failures(
          metrics.counter("log_shipper_request_failures_total", "_bulk requests without an answer of 200")),
      bytes_behind(metrics.gauge("log_shipper_behind_bytes", "Bytes of log files that are not sent yet")),
      seconds_behind(metrics.gauge("log_shipper_behind_seconds",
                                   "Time since all lines that were there had been sent")) {}

Result<std::unique_ptr<Shipper>> Shipper::make(ShipperParts parts, Settings settings,
                                               const std::filesystem::path& logs,
                                               const std::filesystem::path& data) {
  auto target = settings.server.target(settings.ca);
  if (!target) return fail(target);
  auto authorization = settings.authorization();
  if (!authorization) return fail(authorization);
  const auto checkpoint_file = data / "checkpoint.json";
  auto checkpoint = read_checkpoint(checkpoint_file);
  if (!checkpoint) return fail(checkpoint);
  auto dead_letters = DeadLetters::open(data);
  if (!dead_letters) return fail(dead_letters);
  Collector collector(logs, settings.data_stream,
                      {.bytes_max = settings.batch_bytes_max, .lines_max = settings.batch_lines_max},
                      *checkpoint);
  std::unique_ptr<Shipper> shipper(new Shipper(parts, std::move(settings), std::move(*target),
                                               std::move(collector), std::move(*dead_letters),
                                               checkpoint_file, std::move(*checkpoint)));
  shipper->authorization_ = std::move(*authorization);
  return shipper;
}

Shipper::Shipper(ShipperParts parts, Settings settings, http::Target target, Collector collector,
                 DeadLetters dead_letters, std::filesystem::path checkpoint_file, Checkpoint checkpoint)
    : parts_(parts),
      settings_(std::move(settings)),
      target_(std::move(target)),
      collector_(std::move(collector)),
      dead_letters_(std::move(dead_letters)),
      checkpoint_file_(std::move(checkpoint_file)),
      checkpoint_(std::move(checkpoint)),
      meters_(parts_.metrics),
      caught_up_(steady_now()),
      wake_(parts_.executor),
      done_(parts_.executor) {}

Awaitable<> Shipper::run() {
  for (;;) {
    auto batch = co_await collect();
    if (!batch) {  // the pool is full: later
      if (!co_await wait(settings_.flush_interval)) break;
      continue;
    }
    const bool was_full = batch->is_full;
    if (!batch->after.empty()) {
      co_await note_unreadable(*batch);
      if (!co_await deliver(std::move(batch->items))) break;
      if (const auto moved = co_await move_checkpoint(std::move(batch->after)); !moved)
        log::error("log-checkpoint", "not written: lines will be sent again", {log::field(moved.error())});
    }
    if (was_full) continue;
    caught_up_ = steady_now();
    meters_.seconds_behind.set(0);
    if (is_finishing_ || !co_await wait(settings_.flush_interval)) break;
  }
  is_done_ = true;
  done_.notify_all();
}

Awaitable<Result<Batch>> Shipper::collect() {
  struct Collected {
    Batch batch;
    std::uint64_t behind = 0;
  };
  auto work = [this]() -> Result<Collected> {
    Collected collected{.batch = collector_.collect()};
    collected.behind = collector_.bytes_behind();
    return collected;
  };
  auto collected = co_await parts_.pool.run(std::move(work));
  if (!collected) co_return fail(collected);
  meters_.bytes_behind.set(static_cast<double>(collected->behind));
  for (const auto& [instance, lines] : collected->batch.missing) {
    meters_.missing.add(lines);
    log::warn("log-lines-missing", "lines were rotated away before they were sent, or never written",
              {log::field("instance", instance), log::field("log.dropped_lines", lines)});
  }
  co_return std::move(collected->batch);
}

Awaitable<> Shipper::note_unreadable(Batch& batch) {
  if (batch.unreadable.empty()) co_return;
  const Outcome outcome{.fate = Fate::refused, .status = 0, .why = "no JSON object"};
  std::vector<Outcome> outcomes(batch.unreadable.size(), outcome);
  co_await bury(std::move(batch.unreadable), std::move(outcomes));
}

// False: not all of it could be delivered, and it is time to go.
Awaitable<bool> Shipper::deliver(std::vector<Item> pending) {
  std::size_t at_once = pending.size();
  for (int failures = 0; !pending.empty();) {
    at_once = std::min(at_once, pending.size());
    const std::size_t before = pending.size();
    auto body = bulk_body(std::span(pending).first(at_once), settings_.data_stream);
    const auto answer = co_await post(std::move(body), at_once);
    if (answer) {
      note_answer();
      co_await settle(pending, *answer);
    } else if (answer.error().kind == ErrorKind::cancelled) {
      co_return false;
    } else if (answer.error().kind == ErrorKind::too_large && at_once > 1) {
      at_once /= 2;
      continue;
    } else if (answer.error().kind == ErrorKind::too_large) {
      const std::vector<Outcome> refused{
          {.fate = Fate::refused, .status = 413, .why = answer.error().detail}};
      co_await settle(pending, refused);
    } else {
      note_failure(answer.error());
    }
    if (before - pending.size() == at_once) {
      failures = 0;
      continue;
    }
    meters_.retried.add(at_once - (before - pending.size()));
    meters_.seconds_behind.set(std::chrono::duration<double>(steady_now() - caught_up_).count());
    if (is_finishing_) co_return false;
    if (!co_await wait(kRetries.delay(++failures, telemetry::fast_random01()))) co_return false;
  }
  co_return true;
}

Awaitable<Result<std::vector<Outcome>>> Shipper::post(std::string body, std::size_t items) {
  http::Request request{.method = "POST"};
  const std::string_view joint = settings_.server.query.empty() ? "" : "&";
  request.target =
      fmt::format("{}/_bulk?{}{}{}", settings_.server.path, settings_.server.query, joint, kAnswerParts);
  request.headers.set("Content-Type", "application/x-ndjson");
  if (!authorization_.empty()) request.headers.set("Authorization", authorization_.reveal());
  request.content = std::move(body);
  const auto reply = co_await parts_.http.fetch(target_, request, Deadline::after(settings_.timeout));
  if (!reply) co_return fail(reply);
  if (reply->status != 200) co_return std::unexpected(error_of(*reply));
  co_return read_bulk_reply(reply->content, items);
}

// Of the first of `pending`, one per outcome, only those stay that are to be sent again.
Awaitable<> Shipper::settle(std::vector<Item>& pending, const std::vector<Outcome>& outcomes) {
  std::vector<Item> rest;
  std::vector<Item> refused;
  std::vector<Outcome> reasons;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    switch (outcomes[i].fate) {
      case Fate::taken:
        meters_.sent.add();
        break;
      case Fate::was_there:
        meters_.there.add();
        break;
      case Fate::again:
        rest.push_back(std::move(pending[i]));
        break;
      case Fate::refused:
        refused.push_back(std::move(pending[i]));
        reasons.push_back(outcomes[i]);
        break;
    }
  }
  const auto unsent = pending.begin() + static_cast<std::ptrdiff_t>(outcomes.size());
  rest.insert(rest.end(), std::move_iterator(unsent), std::move_iterator(pending.end()));
  pending = std::move(rest);
  co_await bury(std::move(refused), std::move(reasons));
}

Awaitable<> Shipper::bury(std::vector<Item> items, std::vector<Outcome> outcomes) {
  if (items.empty()) co_return;
  auto work = [&]() -> Result<std::size_t> {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < items.size(); ++i)
      kept += dead_letters_.keep(items[i], outcomes[i].status, outcomes[i].why) ? 1 : 0;
    return kept;
  };
  const auto kept = co_await parts_.pool.run(std::move(work));
  meters_.refused.add(items.size());
  log::warn("log-lines-dead", "lines will never be taken",
            {log::field("log.dead_lines", items.size()), log::field("log.kept_lines", kept.value_or(0)),
             log::field("error.message", outcomes.front().why)});
}

Awaitable<Result<void>> Shipper::move_checkpoint(Checkpoint after) {
  for (auto& [instance, mark] : after) checkpoint_[instance] = std::move(mark);
  auto work = [this] { return write_checkpoint(checkpoint_file_, checkpoint_); };
  co_return co_await parts_.pool.run(std::move(work));
}

// True unless it was cancelled; finish() ends it early.
Awaitable<bool> Shipper::wait(milliseconds duration) {
  if (is_finishing_) co_return true;
  const auto woken = co_await wake_.wait(Deadline::after(duration));
  co_return woken.has_value();
}

Awaitable<bool> Shipper::finish(Deadline deadline) {
  is_finishing_ = true;
  wake_.notify_all();
  while (!is_done_) {
    const auto notified = co_await done_.wait(deadline);
    if (!notified || !*notified) co_return is_done_;
  }
  co_return true;
}

Result<void> Shipper::check() const {
  if (failure_) return std::unexpected(*failure_);
  return {};
}

// Told when it begins and when it is another trouble, not with every try: these lines are to be sent as well.
void Shipper::note_failure(const Error& error) {
  meters_.failures.add();
  const bool is_new = !failure_ || failure_->reason != error.reason;
  failure_ = error;
  if (is_new) {
    log::warn("elasticsearch-lost", "log lines cannot be sent; they wait in their files",
              {log::field("server.address", settings_.server.host),
               log::field("server.port", settings_.server.port), log::field(error)});
  }
  if (error.kind != ErrorKind::forbidden) return;
  if (auto secret = settings_.authorization())
    authorization_ = std::move(*secret);  // it may be replaced by now
}

void Shipper::note_answer() {
  if (!failure_) return;
  failure_.reset();
  log::info("elasticsearch-back", "log lines are sent again");
}

}  // namespace gatehouse::log_shipper
