// Requests per CPU second of orders and payments beside the same services on Express: see bench/services/run.
#include <CLI/CLI.hpp>

#include "bench/services/cpu_time.hpp"
#include "bench/services/stage.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::bench {
namespace {

struct Options {
  StageOptions stage;
  int rounds = 5;
  std::chrono::milliseconds warm_up{20'000};  // of each: Node compiles what it has run often enough
  std::string engines = "all";
  std::string services = "all";
};

struct Round {
  double per_second = 0;
  double service_millis = 0;  // of CPU, per request
  double engine_millis = 0;
  double p50 = 0;
  double p99 = 0;
  std::uint64_t created = 0;
};

Round measure(const Subject& subject) {
  double service = 0;
  double engine = 0;
  const Heard heard = drive(subject.load, [&] {
    service = cpu_seconds(subject.service);
    engine = cpu_seconds(subject.engine);
  });
  service = cpu_seconds(subject.service) - service;
  engine = cpu_seconds(subject.engine) - engine;
  if (!heard.others.empty())
    throw std::runtime_error(fmt::format("{} answered {} times with something else, first: {}", subject.name,
                                         heard.others.size(), heard.others.front()));
  const auto requests = static_cast<double>(heard.created);
  return {.per_second = requests / heard.seconds,
          .service_millis = service / requests * 1'000,
          .engine_millis = engine / requests * 1'000,
          .p50 = heard.percentile(0.5),
          .p99 = heard.percentile(0.99),
          .created = heard.created};
}

double median(const std::vector<Round>& rounds, double Round::* figure) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(round.*figure);
  std::ranges::sort(values);
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

void print_row(const Subject& subject, const std::vector<Round>& rounds) {
  std::uint64_t created = 0;
  for (const Round& round : rounds) created += round.created;
  const double service = median(rounds, &Round::service_millis);
  fmt::print("  {:<22} {:>8.0f} {:>12.3f} {:>13.0f} {:>11.3f} {:>8.1f} {:>8.1f} {:>9}\n", subject.name,
             median(rounds, &Round::per_second), service, 1'000 / service,
             median(rounds, &Round::engine_millis), median(rounds, &Round::p50), median(rounds, &Round::p99),
             created);
}

// Taking turns, so that a drift of the machine meets both.
void compare(const std::string& title, const std::pair<Subject, Subject>& both, const Options& options) {
  std::vector<Round> ours;
  std::vector<Round> theirs;
  for (Subject subject : {both.first, both.second}) {
    subject.load.time = options.warm_up;
    (void)measure(subject);
  }
  for (int i = 0; i < options.rounds; ++i) {
    ours.push_back(measure(both.first));
    theirs.push_back(measure(both.second));
  }
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size(); ++i)
    ratios.push_back(theirs[i].service_millis / ours[i].service_millis);
  std::ranges::sort(ratios);
  fmt::print("\n{}\n  {:<22} {:>8} {:>12} {:>13} {:>11} {:>8} {:>8} {:>9}\n", title, "", "req/s",
             "CPU ms/req", "req/CPU s", "engine ms", "p50 ms", "p99 ms", "201s");
  print_row(both.first, ours);
  print_row(both.second, theirs);
  fmt::print("  requests per CPU second: {:.2f} times Express's (rounds from {:.2f} to {:.2f})\n",
             median(theirs, &Round::service_millis) / median(ours, &Round::service_millis), ratios.front(),
             ratios.back());
  std::fflush(stdout);
}

void run(const Options& options) {
  for (const EngineChoice engines : {EngineChoice::embedded, EngineChoice::remote}) {
    const bool is_embedded = engines == EngineChoice::embedded;
    if (options.engines == (is_embedded ? "remote" : "embedded")) continue;
    Stage stage(engines, options.stage);
    if (options.services != "orders")
      compare("POST /payments on " + stage.engine_of("payments"), stage.payments(), options);
    if (options.services == "payments") continue;
    compare("POST /orders on " + stage.engine_of("orders"), stage.orders(), options);
    stage.check_sagas();
  }
}

}  // namespace
}  // namespace gatehouse::bench

int main(int argc, char** argv) {
  using namespace gatehouse;
  bench::Options options;
  std::int64_t seconds = 4;
  std::int64_t warm_up = 20;
  CLI::App app("Orders and payments beside the same on Express: requests per CPU second");
  app.add_option("--express", options.stage.express, "Directory with server.js and its packages")->required();
  app.add_option("--rounds", options.rounds)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--seconds", seconds, "Of one round")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--warm-up", warm_up, "Seconds of each before the rounds")->capture_default_str();
  app.add_option("--connections", options.stage.connections)
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--engines", options.engines)->check(CLI::IsMember({"all", "embedded", "remote"}));
  app.add_option("--services", options.services)->check(CLI::IsMember({"all", "orders", "payments"}));
  app.add_flag("--express-keeps-tokens", options.stage.express_keeps_tokens,
               "Express, too, verifies a token once and remembers it");
  CLI11_PARSE(app, argc, argv);
  options.stage.time = std::chrono::seconds{seconds};
  options.warm_up = std::chrono::seconds{warm_up};
  telemetry::log::configure("bench-services", "", telemetry::log::Level::off);
  try {
    bench::run(options);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_services: {}\n", error.what());
    return 1;
  }
}
