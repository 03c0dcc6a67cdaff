#include "service/service.hpp"

#include <cstdlib>
#include <ranges>
#include <unistd.h>

#include <fmt/format.h>

#include "core/text.hpp"
#include "identity/token_verifier.hpp"
#include "runtime/stop_signal.hpp"
#include "runtime/timer.hpp"
#include "service/health.hpp"
#include "service/registry_options.hpp"
#include "service/self_watch.hpp"
#include "service/trace_exporter.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

namespace log = telemetry::log;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kDrainTime{10'000};
constexpr milliseconds kTracesMayTake{2'000};  // the last ones, when a role stops

std::string explain(const Error& error) {
  return error.detail.empty() ? std::string(error.reason)
                              : fmt::format("{} ({})", error.detail, error.reason);
}

log::Level level_of(std::string_view name) {
  for (const auto level :
       {log::Level::debug, log::Level::info, log::Level::warn, log::Level::error, log::Level::off}) {
    if (log::name_of(level) == name) return level;
  }
  throw StartError(fmt::format("log_level: must be debug, info, warn, error or off, not \"{}\"", name));
}

// No role stays down for want of a log file: its lines then go to stdout, which the supervisor keeps.
void start_log(const Config& config) {
  log::Settings settings{.service = std::string(service_name_of(config.role)),
                         .instance = config.instance,
                         .level = level_of(config.log_level)};
  std::optional<Error> trouble;
  if (!config.log_dir.empty()) {
    auto file = telemetry::RotatingFile::open(config.log_dir, config.instance, config.log_files);
    if (file) settings.file = std::make_shared<telemetry::RotatingFile>(std::move(*file));
    if (!file) trouble = file.error();
  }
  log::configure(std::move(settings));
  if (trouble)
    log::error("log-file", "no log file can be written: lines go to stdout", {log::field(*trouble)});
}

// Certificates are renewed in place by their owner; each role looks at its own files and loads them again.
// New connections get the new certificate, those that live keep theirs.
Awaitable<> reload_certificates(std::string file, std::function<Result<void>()> load) {
  std::error_code ignored;
  auto seen = std::filesystem::last_write_time(file, ignored);
  for (;;) {
    const auto slept = co_await runtime::sleep_for(milliseconds{1'000});
    if (!slept) co_return;
    const auto written = std::filesystem::last_write_time(file, ignored);
    if (written == seen) continue;
    if (const auto loaded = load(); !loaded) {
      log::error("certificate-reload", "the new certificate was refused, the old one stays",
                 {log::field(loaded.error())});
      continue;  // half-written, perhaps: look again
    }
    seen = written;
    log::info("certificate-reload", "a new certificate is in force");
  }
}

// Ready means that peers can find us: not before our stores answer and the registry knows that they do. Who
// waits in vain serves all the same, and says so.
Awaitable<> tell_when_announced(discovery::Client& discovery, const Health& health) {
  const auto patience = Deadline::after(milliseconds{5'000});
  while (!discovery.is_passing()) {
    const auto slept = co_await runtime::sleep_for(milliseconds{5});
    if (!slept) co_return;
    if (!patience.is_over()) continue;
    if (const auto ready = health.check(); !ready) {
      log::warn("not-ready-yet", "serving, but not ready: peers cannot find this instance",
                {log::field(ready.error())});
    } else {
      log::warn("registry-silent",
                "serving, but the registry has not taken this instance: peers cannot find it");
    }
    break;
  }
  tell_supervisor("ready");
}

}  // namespace

StartError::StartError(const Error& error) : StartError(explain(error)) {}

void tell_supervisor(std::string_view words) {
  const char* text = std::getenv("GATEHOUSE_READY_FD");
  const auto descriptor = text == nullptr ? std::nullopt : core::parse_int<int>(text);
  if (!descriptor) return;
  const std::string line = std::string(words) + "\n";
  // If the supervisor is gone there is nobody to tell.
  [[maybe_unused]] const auto written = ::write(*descriptor, line.data(), line.size());
  ::close(*descriptor);
  ::unsetenv("GATEHOUSE_READY_FD");
}

std::string_view version() {
  return GATEHOUSE_VERSION;
}

std::string_view service_name_of(std::string_view role) {
  if (role == "auth") return "auth-service";
  if (role == "payments") return "payment-service";
  if (role == "orders") return "orders-service";
  return role;
}

Awaitable<Result<std::string>> fetch_issuer_keys(Peers& peers, std::string issuer) {
  const auto scheme = issuer.find("://");
  const auto path = issuer.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  http::Request request;
  request.target = issuer.substr(std::min(path, issuer.size())) + "/protocol/openid-connect/certs";
  auto trace = TraceContext::start();
  trace.span_id = {};  // on nobody's behalf: the call itself is the trace's first span
  const auto reply = co_await peers.call("auth-server", request, Deadline::after(milliseconds{2'000}), trace);
  if (!reply) co_return fail(reply);
  if (reply->status != 200) {
    co_return fail(ErrorKind::bad_upstream, "keys_unavailable", fmt::format("status {}", reply->status),
                   Origin::upstream);
  }
  co_return reply->content;
}

struct Service::State {
  State(const Config& config_, ServiceOptions options_)
      : config(config_),
        options(options_),
        worker(config_.instance),
        pool(config_.role, {.threads = options_.blocking_threads}),
        tasks(worker.executor()),
        client_tls(or_stop(net::ClientTls::load(config_.tls))),
        server_tls(or_stop(net::ServerTls::load(config_.tls, net::ClientCertificate::required))),
        http(worker.executor(), {}),
        registry(or_stop(registry_options(config_.discovery, config_.secrets_dir(), client_tls))),
        discovery(worker.executor(), http, counted(registry)),
        peers(discovery, http, client_tls, clock, metrics),
        verifier({.issuer = config_.issuer}, clock, [this] { return fetch_keys(); }),
        self_watch(metrics, clock) {
    if (config.tracing) {
      traces = or_stop(TraceExporter::start(http, *config.tracing,
                                            {.service = std::string(service_name_of(config.role)),
                                             .instance = config.instance,
                                             .version = std::string(version())},
                                            metrics));
    }
    metrics
        .gauge("gatehouse_build_info", "1, with the version that runs",
               {{"version", std::string(version())}, {"role", config.role}})
        .set(1);
  }

  Config config;
  ServiceOptions options;
  core::SystemClock clock;
  telemetry::Metrics metrics;
  runtime::Worker worker;
  runtime::BlockingPool pool;
  runtime::TaskGroup tasks;
  std::shared_ptr<net::ClientTls> client_tls;
  std::shared_ptr<net::ServerTls> server_tls;
  http::Client http;
  discovery::ClientOptions registry;
  discovery::Client discovery;
  Peers peers;
  identity::TokenVerifier verifier;
  Health health;
  SelfWatch self_watch;
  std::unique_ptr<TraceExporter> traces;  // null: nobody wants any
  std::vector<std::function<void()>> on_drain;
  std::vector<std::function<Awaitable<>()>> on_stop;
  bool is_stopping = false;

  [[nodiscard]] discovery::ClientOptions counted(discovery::ClientOptions discovery_options) {
    discovery_options.metrics = &metrics;
    return discovery_options;
  }

  Awaitable<Result<std::string>> fetch_keys() { return fetch_issuer_keys(peers, config.issuer); }

  void keep_certificates() {
    show_expiry(metrics, config.tls.certificate);
    auto load = [this]() -> Result<void> {
      if (auto loaded = server_tls->reload(); !loaded) return loaded;
      show_expiry(metrics, config.tls.certificate);
      return client_tls->reload();
    };
    tasks.spawn("certificate-reload", reload_certificates(config.tls.certificate, std::move(load)));
    const auto& own = config.discovery.tls.certificate;
    if (own.empty()) return;
    auto load_registry = [tls = registry.registry.tls] { return tls->reload(); };
    tasks.spawn("registry-certificate-reload", reload_certificates(own, std::move(load_registry)));
  }

  void watch_itself(const http::Server& server) {
    self_watch.add(server);
    self_watch.add(pool);
    self_watch.add_log();
    self_watch.add([this] { health.count_checks(metrics); });
    if (traces) {
      self_watch.add([this] { traces->sample(); });
      tasks.spawn("traces", traces->run());
    }
    tasks.spawn("self-watch", self_watch.run());
  }

  void announce(std::uint16_t port) {
    if (!options.uses_discovery) return;
    discovery::Registration registration;
    registration.id = config.instance;
    registration.name = service_name_of(config.role);
    registration.address = config.address;
    registration.port = port;
    registration.tags = config.discovery.tags;
    registration.meta = {{"role", config.role}, {"version", std::string(version())}};
    registration.check = config.discovery.check;
    registration.check_readiness = [this] { return health.check(); };
    discovery.register_instance(std::move(registration));
  }

  // Out of the list first, so that no peer chooses us; then what is in progress; then what the role itself
  // runs.
  Awaitable<> stop(http::Server& server) {
    const auto deadline = Deadline::after(kDrainTime);
    health.start_draining();
    for (auto& let_go : on_drain) let_go();
    if (options.uses_discovery) co_await discovery.stop(deadline);
    const bool drained = co_await server.stop(deadline);
    if (!drained) log::warn("drain-incomplete", "connections were cut at the end of the drain time");
    for (auto& step : std::views::reverse(on_stop)) co_await step();
    (void)co_await tasks.stop(deadline);
    if (traces) co_await traces->send_rest(deadline.capped(kTracesMayTake));
    http.close_idle();
    worker.stop();
  }
};

Service::Service(const Config& config, ServiceOptions options) {
  start_log(config);
  state_ = std::make_unique<State>(config, options);
}
Service::~Service() = default;

const Config& Service::config() const {
  return state_->config;
}
runtime::Worker& Service::worker() {
  return state_->worker;
}
runtime::BlockingPool& Service::pool() {
  return state_->pool;
}
runtime::TaskGroup& Service::tasks() {
  return state_->tasks;
}
telemetry::Metrics& Service::metrics() {
  return state_->metrics;
}
const core::Clock& Service::clock() {
  return state_->clock;
}
http::Client& Service::http() {
  return state_->http;
}
discovery::Client& Service::discovery() {
  return state_->discovery;
}
Peers& Service::peers() {
  return state_->peers;
}
std::shared_ptr<net::ClientTls> Service::client_tls() {
  return state_->client_tls;
}

const discovery::ClientOptions& Service::registry() const {
  return state_->registry;
}

VerifyBearer Service::verify_bearer() {
  return [this](std::string token) -> Awaitable<Result<identity::Principal>> {
    if (const auto kept = state_->verifier.find(token)) co_return kept->principal;
    const auto verified = co_await state_->verifier.verify(token);
    if (!verified) co_return fail(verified);
    co_return (*verified)->principal;
  };
}

std::function<Awaitable<Result<std::string>>()> Service::fetch_keys() {
  return [this] { return state_->fetch_keys(); };
}

void Service::add_readiness(std::string_view name, std::function<Result<void>()> check) {
  state_->health.add_check(name, std::move(check));
}
void Service::add_metrics(const telemetry::Metrics& shard) {
  state_->health.add_metrics(shard);
}
void Service::on_sample(std::function<void()> sample) {
  state_->self_watch.add(std::move(sample));
}
void Service::on_drain(std::function<void()> let_go) {
  state_->on_drain.push_back(std::move(let_go));
}
void Service::on_stop(std::function<Awaitable<>()> stop) {
  state_->on_stop.push_back(std::move(stop));
}

int Service::run(http::Handler& handler) {
  State& state = *state_;
  state.health.add_metrics(state.metrics);
  HealthHandler front(state.health, handler);
  auto limits = state.options.limits;
  limits.honours_timeout_header = true;
  http::Server server(state.worker.executor(), front, limits);
  const auto port = or_stop(
      server.listen({.address = state.config.address, .port = state.config.port, .tls = state.server_tls}));
  state.keep_certificates();
  state.watch_itself(server);
  state.announce(port);

  TaskGroup stopping(state.worker.executor());
  const runtime::StopSignal signals(state.worker.executor(), [&] {
    if (std::exchange(state.is_stopping, true)) return;
    stopping.spawn("stop", state.stop(server));
  });
  log::info("started", "serving", {log::field("server.port", port)});
  if (state.options.uses_discovery) {
    state.tasks.spawn("tell-when-announced", tell_when_announced(state.discovery, state.health));
  } else {
    tell_supervisor("ready");
  }
  state.worker.run();
  log::info("stopped", "stopped in order");
  log::flush();
  return 0;
}

void log_access(const http::Exchange& exchange, std::chrono::nanoseconds took) {
  log::debug(
      "http-request", "request served",
      {log::field("http.request.method", exchange.request.method), log::field("http.route", exchange.route),
       log::field("http.response.status_code", static_cast<std::uint64_t>(exchange.response.status)),
       log::field("event.duration", static_cast<std::int64_t>(took.count())), log::field(exchange.trace)});
}

}  // namespace gatehouse::service
