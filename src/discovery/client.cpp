#include "discovery/client.hpp"

#include <random>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "runtime/timer.hpp"
#include "telemetry/log.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::discovery {

namespace log = telemetry::log;
using std::chrono::milliseconds;

namespace {

struct Watch {
  Instances instances = std::make_shared<const std::vector<Instance>>();
  bool was_answered = false;
  bool ever_had_one = false;
  std::vector<runtime::Signal*> waiting;
};

// Consul's answer to /v1/health/service/<name>?passing.
Result<std::vector<Instance>> parse_health(std::string_view text) {
  boost::system::error_code error;
  const auto document = json::parse(text, error);
  if (error || !document.is_array()) return fail(ErrorKind::bad_upstream, "bad_registry_answer");
  std::vector<Instance> instances;
  for (const json::value& entry : document.as_array()) {
    const auto* object = entry.if_object();
    const auto* service = object == nullptr ? nullptr : object->if_contains("Service");
    if (service == nullptr || !service->is_object())
      return fail(ErrorKind::bad_upstream, "bad_registry_answer");
    core::Fields fields{service->as_object()};
    Instance instance;
    instance.id = fields.required_text("ID");
    instance.address = fields.optional_text("Address", "", {.bytes_min = 0});
    instance.port = static_cast<std::uint16_t>(fields.required_int("Port", {0, 65535}));
    if (const auto* meta = fields.maybe_object("Meta")) {
      for (const auto& item : *meta) {
        if (item.value().is_string()) instance.meta[std::string(item.key())] = item.value().as_string();
      }
    }
    if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
    if (instance.address.empty()) {
      const auto* node = object->if_contains("Node");
      const auto* address =
          node == nullptr || !node->is_object() ? nullptr : node->as_object().if_contains("Address");
      if (address != nullptr && address->is_string()) instance.address = address->as_string();
    }
    instances.push_back(std::move(instance));
  }
  // A stable order: equal lists compare equal, and round robin does not jump.
  std::ranges::sort(instances, {}, &Instance::id);
  return instances;
}

}  // namespace

struct Client::State : std::enable_shared_from_this<Client::State> {
  State(runtime::Executor executor, http::Client& http_, ClientOptions options_)
      : http(http_),
        options(std::move(options_)),
        tasks(executor),
        random(static_cast<std::minstd_rand::result_type>(telemetry::fast_random())) {}

  http::Client& http;
  ClientOptions options;
  TaskGroup tasks;
  std::minstd_rand random;
  std::map<std::string, Watch, std::less<>> watches;
  std::optional<Registration> registration;
  bool is_connected = false;
  bool is_stopping = false;

  // Short at first, for at start-up the registry is up a moment later; then doubling, up to ten times
  // `retry`.
  milliseconds retry_delay(std::size_t failures) {
    const auto doubled = (options.retry.count() / 8) << std::min<std::size_t>(failures, 7);
    const auto ceiling = std::clamp<milliseconds::rep>(doubled, 2, options.retry.count() * 10);
    std::uniform_int_distribution<milliseconds::rep> spread(ceiling / 2, ceiling);
    return milliseconds{spread(random)};
  }

  // One call to the registry; an answer other than 200 is an error. By value: its caller's frame may be gone.
  Awaitable<Result<http::Reply>> call(std::string method, std::string target, std::string content,
                                      Deadline deadline) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (!content.empty()) request.headers.add("Content-Type", "application/json");
    request.content = std::move(content);
    if (!options.token.empty()) request.headers.add("X-Consul-Token", options.token);
    auto reply = co_await http.fetch(options.registry, request, deadline);
    is_connected = reply.has_value();
    if (!reply) co_return reply;
    if (reply->status != 200) {
      co_return fail(ErrorKind::bad_upstream, "registry_refused",
                     fmt::format("{} {}", reply->status, reply->content), Origin::upstream);
    }
    co_return reply;
  }
};

namespace {

std::string registration_body(const Registration& registration, milliseconds ttl) {
  json::object meta;
  for (const auto& [name, value] : registration.meta) meta[name] = value;
  const json::object body{{"ID", registration.id},
                          {"Name", registration.name},
                          {"Address", registration.address},
                          {"Port", registration.port},
                          {"Meta", meta},
                          {"Check",
                           {{"CheckID", "ttl:" + registration.id},
                            {"TTL", fmt::format("{}ms", ttl.count())},
                            {"Status", "passing"},
                            {"DeregisterCriticalServiceAfter", "60s"}}}};
  return json::serialize(body);
}

// Announces, then keeps the TTL check passing. A registry that restarted has forgotten us: the failed
// heartbeat announces again.
template <class State>
Awaitable<> stay_registered(std::shared_ptr<State> state) {
  const std::string body = registration_body(*state->registration, state->options.ttl);
  const std::string beat = "/v1/agent/check/pass/ttl:" + core::percent_encode(state->registration->id);
  bool is_registered = false;
  std::size_t failures = 0;
  while (!state->is_stopping) {
    const auto deadline = Deadline::after(milliseconds{2'000});
    if (is_registered) {
      const auto passed = co_await state->call("PUT", beat, "", deadline);
      is_registered = passed.has_value();
    } else {
      const auto registered = co_await state->call("PUT", "/v1/agent/service/register", body, deadline);
      is_registered = registered.has_value();
      if (!registered)
        log::debug("registration-failed", "the registry did not take us", {log::field(registered.error())});
    }
    failures = is_registered ? 0 : failures + 1;
    const auto pause = is_registered ? state->options.heartbeat : state->retry_delay(failures);
    const auto slept = co_await runtime::sleep_for(pause);
    if (!slept) co_return;
  }
}

template <class State>
void publish(State& state, std::string_view name, std::vector<Instance> instances) {
  auto& watch = state.watches.find(name)->second;
  if (!watch.was_answered || *watch.instances != instances) {
    if (!instances.empty()) watch.ever_had_one = true;
    watch.instances = std::make_shared<const std::vector<Instance>>(std::move(instances));
  }
  watch.was_answered = true;
  for (auto* signal : watch.waiting) signal->notify_all();
}

// Blocking queries: the answer comes when the list has changed, or after `wait`. An index that goes backwards
// means a registry that began anew (Consul's documentation: reset to 0).
template <class State>
Awaitable<> watch_service(std::shared_ptr<State> state, std::string name) {
  std::uint64_t index = 0;
  std::size_t failures = 0;
  while (!state->is_stopping) {
    const std::string target = fmt::format("/v1/health/service/{}?passing=1&index={}&wait={}ms",
                                           core::percent_encode(name), index, state->options.wait.count());
    const auto deadline =
        Deadline::after(state->options.wait + state->options.wait / 8 + milliseconds{2'000});
    const auto reply = co_await state->call("GET", target, "", deadline);
    auto instances = reply ? parse_health(reply->content) : Result<std::vector<Instance>>(fail(reply));
    if (instances) {
      const auto seen = core::parse_int<std::uint64_t>(reply->headers.get("X-Consul-Index")).value_or(0);
      index = seen < index ? 0 : seen;
      publish(*state, name, std::move(*instances));
      failures = 0;
      if (index > 0) continue;
    }
    const auto slept = co_await runtime::sleep_for(state->retry_delay(++failures));
    if (!slept) co_return;
    if (!instances) index = 0;
  }
}

}  // namespace

Client::Client(runtime::Executor executor, http::Client& http, ClientOptions options)
    : state_(std::make_shared<State>(executor, http, std::move(options))) {}
Client::~Client() {
  state_->is_stopping = true;
}

void Client::register_instance(Registration registration) {
  state_->registration = std::move(registration);
  state_->tasks.spawn("discovery-registration", stay_registered(state_));
}

Instances Client::find(std::string_view service) {
  auto watch = state_->watches.find(service);
  if (watch == state_->watches.end()) {
    watch = state_->watches.emplace(service, Watch{}).first;
    state_->tasks.spawn("discovery-watch", watch_service(state_, std::string(service)));
  }
  return watch->second.instances;
}

Awaitable<Result<Instances>> Client::lookup(std::string service, Deadline deadline) {
  const auto state = state_;
  (void)find(service);
  auto& watch = state->watches.find(service)->second;  // map nodes do not move, and are never erased
  if (!watch.was_answered) {
    runtime::Signal signal(state->tasks.executor());
    watch.waiting.push_back(&signal);
    const auto woken = co_await signal.wait(deadline);
    std::erase(watch.waiting, &signal);
    if (!woken) co_return fail(woken);
  }
  if (!watch.was_answered) co_return fail(ErrorKind::unavailable, "registry_silent", service);
  co_return watch.instances;
}

bool Client::knows(std::string_view service) const {
  const auto watch = state_->watches.find(service);
  return watch != state_->watches.end() && watch->second.ever_had_one;
}

Awaitable<> Client::stop(Deadline deadline) {
  const auto state = state_;
  state->is_stopping = true;
  if (state->registration) {
    const std::string target =
        "/v1/agent/service/deregister/" + core::percent_encode(state->registration->id);
    (void)co_await state->call("PUT", target, "", deadline.capped(milliseconds{500}));
  }
  (void)co_await state->tasks.stop(deadline);
}

bool Client::is_connected() const {
  return state_->is_connected;
}

}  // namespace gatehouse::discovery
