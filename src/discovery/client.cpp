#include "discovery/client.hpp"

#include <map>
#include <optional>

#include <fmt/format.h>

#include "core/text.hpp"
#include "discovery/watch.hpp"

namespace gatehouse::discovery {

using std::chrono::milliseconds;

namespace {

telemetry::Gauge* stale_gauge(telemetry::Metrics* metrics) {
  if (metrics == nullptr) return nullptr;
  return &metrics->gauge("discovery_stale_lists",
                         "Watched lists that are the last known ones, for the registry does not answer");
}

// The state outlives its tasks, which nothing else may outlive: the client can go while the loop still turns.
template <class State>
Awaitable<> keep_announced(std::shared_ptr<State> state) {
  co_await state->announcement->keep();
}

template <class State>
Awaitable<> follow(std::shared_ptr<State> state, Watch& watch) {
  co_await watch.follow();
  (void)state;
}

}  // namespace

struct Client::State {
  State(runtime::Executor executor, http::Client& http, ClientOptions options_)
      : options(std::move(options_)),
        link(http, {.registry = options.registry, .token_file = options.token_file, .retry = options.retry},
             options.metrics),
        stale(stale_gauge(options.metrics)),
        announcing(executor),
        watching(executor) {}

  ClientOptions options;
  RegistryLink link;
  telemetry::Gauge* stale;
  TaskGroup announcing;
  TaskGroup watching;
  std::optional<Announcement> announcement;
  std::map<std::string, Watch, std::less<>> watches;  // its nodes do not move, and are never erased

  Watch& watch_of(std::string_view service, const std::shared_ptr<State>& self) {
    const auto known = watches.find(service);
    if (known != watches.end()) return known->second;
    const WatchTimes times{.wait = options.wait, .doubt = options.doubt};
    auto& watch =
        watches.try_emplace(std::string(service), link, std::string(service), times, stale).first->second;
    watching.spawn("discovery-watch", follow(self, watch));
    return watch;
  }
};

Client::Client(runtime::Executor executor, http::Client& http, ClientOptions options)
    : state_(std::make_shared<State>(executor, http, std::move(options))) {}
Client::~Client() {
  state_->announcing.cancel();
  state_->watching.cancel();
}

void Client::register_instance(Registration registration) {
  const auto& options = state_->options;
  const AnnouncementTimes times{
      .ttl = options.ttl, .heartbeat = options.heartbeat, .check_interval = options.check_interval};
  state_->announcement.emplace(state_->link, std::move(registration), times);
  state_->announcing.spawn("discovery-registration", keep_announced(state_));
}

Instances Client::find(std::string_view service) {
  return state_->watch_of(service, state_).instances();
}

Awaitable<Result<Instances>> Client::lookup(std::string service, Deadline deadline) {
  const auto state = state_;
  Watch& watch = state->watch_of(service, state);
  const auto answered = co_await watch.first_answer(state->watching.executor(), deadline);
  if (!answered) co_return fail(answered);
  if (!*answered) co_return fail(ErrorKind::unavailable, "registry_silent", service);
  co_return watch.instances();
}

bool Client::knows(std::string_view service) const {
  const auto watch = state_->watches.find(service);
  return watch != state_->watches.end() && watch->second.ever_had_one();
}

Awaitable<Result<void>> Client::set_maintenance(std::string instance_id, Maintenance maintenance,
                                                std::string reason, Deadline deadline) {
  const auto state = state_;
  std::string target =
      fmt::format("/v1/agent/service/maintenance/{}?enable={}&reason={}", core::percent_encode(instance_id),
                  maintenance == Maintenance::on, core::percent_encode(reason));
  const auto reply = co_await state->link.call("PUT", std::move(target), "", deadline);
  if (!reply) co_return fail(reply);
  co_return Result<void>{};
}

Awaitable<> Client::stop(Deadline deadline) {
  const auto state = state_;
  (void)co_await state->announcing.stop(deadline);
  if (state->announcement) co_await state->announcement->withdraw(deadline);
  (void)co_await state->watching.stop(deadline);
}

bool Client::is_connected() const {
  return state_->link.is_connected();
}

bool Client::is_registered() const {
  return state_->announcement && state_->announcement->is_registered();
}

bool Client::is_passing() const {
  return state_->announcement && state_->announcement->is_passing();
}

}  // namespace gatehouse::discovery
