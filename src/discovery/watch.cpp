#include "discovery/watch.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::discovery {

namespace log = telemetry::log;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kBetweenAnswers{10};  // a list that never rests must not keep a core busy

}  // namespace

Watch::Watch(RegistryLink& link, std::string service, WatchTimes times, telemetry::Gauge* stale)
    : link_(link), service_(std::move(service)), times_(times), stale_(stale) {}

Awaitable<Result<http::Reply>> Watch::ask() {
  std::string target = fmt::format("/v1/health/service/{}?passing=1&index={}&wait={}ms",
                                   core::percent_encode(service_), index_.value(), times_.wait.count());
  // Consul adds up to a sixteenth of the wait, so that not all clients come back at once.
  const auto deadline = Deadline::after(times_.wait + times_.wait / 8 + milliseconds{2'000});
  co_return co_await link_.call("GET", std::move(target), "", deadline);
}

Awaitable<> Watch::follow() {
  std::size_t failures = 0;
  for (;;) {
    const auto reply = co_await ask();
    auto instances = reply ? parse_health_answer(reply->content) : Result<std::vector<Instance>>(fail(reply));
    auto pause = kBetweenAnswers;
    if (instances) {
      failures = 0;
      if (!take(*reply, std::move(*instances))) pause = link_.retry_delay(4);
    } else {
      index_.reset();
      mark(Freshness::stale);
      tell_refusal(instances.error());
      pause = link_.retry_delay(++failures);
    }
    const auto slept = co_await runtime::sleep_for(pause);
    if (!slept) co_return;
  }
}

bool Watch::take(const http::Reply& reply, std::vector<Instance> instances) {
  const auto step = index_.take(reply.headers.get("X-Consul-Index"));
  if (step == BlockingIndex::Step::began_anew || freshness_ == Freshness::stale)
    doubt_ = Deadline::after(times_.doubt);
  mark(Freshness::fresh);
  told_.clear();
  if (!is_believed(instances)) {
    index_.reset();
    return false;
  }
  publish(std::move(instances));
  return index_.waits();
}

bool Watch::is_believed(const std::vector<Instance>& instances) const {
  const bool would_lose_all = instances.empty() && !instances_->empty();
  return !would_lose_all || !doubt_ || doubt_->is_over();
}

void Watch::publish(std::vector<Instance> instances) {
  if (!was_answered_ || *instances_ != instances) {
    if (!instances.empty()) ever_had_one_ = true;
    instances_ = std::make_shared<const std::vector<Instance>>(std::move(instances));
  }
  was_answered_ = true;
  for (auto* signal : waiting_) signal->notify_all();
}

void Watch::mark(Freshness freshness) {
  if (freshness_ == freshness) return;
  freshness_ = freshness;
  if (stale_ == nullptr) return;
  if (freshness == Freshness::stale) {
    stale_->add();
  } else {
    stale_->subtract();
  }
}

// A registry that answers, but not with a list: the token may not read it. Said once.
void Watch::tell_refusal(const Error& error) {
  const bool is_answer = error.reason.starts_with("registry_") || error.reason == "bad_registry_answer";
  if (!is_answer || error.detail == told_) return;
  told_ = error.detail;
  log::warn("discovery-refused", "the registry does not name the instances of a service",
            {log::field("service.target.name", service_), log::field(error)});
}

Awaitable<Result<bool>> Watch::first_answer(runtime::Executor executor, Deadline deadline) {
  if (was_answered_) co_return true;
  runtime::Signal signal(executor);
  waiting_.push_back(&signal);
  const auto woken = co_await signal.wait(deadline);
  std::erase(waiting_, &signal);
  if (!woken) co_return fail(woken);
  co_return was_answered_;
}

}  // namespace gatehouse::discovery
