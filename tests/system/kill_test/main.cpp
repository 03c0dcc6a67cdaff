// Orders placed by many clients while the roles that serve them are killed at random; in the end every book
// must say the same. Exit code 0: they do. With --must-notice the executable under test charges some orders
// twice, and 0 means that the checker noticed. With --production the engines beneath are injured meanwhile.
#include <CLI/CLI.hpp>

#include "telemetry/log.hpp"
#include "tests/system/kill_test/blows.hpp"
#include "tests/system/kill_test/checker.hpp"
#include "tests/system/kill_test/customers.hpp"
#include "tests/system/kill_test/staleness.hpp"

namespace gatehouse::tests::kill {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kSkipped = 77;  // as the scripts among the tests say it

struct Options {
  CustomerOptions customers;
  std::int64_t kill_mean_ms = 2'000;
  std::int64_t injury_mean_ms = 4'000;
  std::int64_t quiescence_s = 120;
  std::string program;
  bool must_notice = false;
  bool on_production = false;
  std::int64_t drop_answer = 40;  // of the provider, per mille
  std::int64_t fail_before = 40;
  std::int64_t fail_after = 20;
};

struct Timing {
  double storm = 0;
  double recovery = 0;
};

double since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void set_faults(const RunningPlatform& platform, const json::object& faults) {
  const auto set =
      platform.direct("provider-sim-1", "demo")->ask(demo::post_json("/v1/control", faults), 200);
  if (!set) throw std::runtime_error("the provider does not take its faults: " + set.error().detail);
}

void print_table(const CustomerFigures& customers, const Books& books, const Verdict& verdict,
                 const std::map<std::string, int>& blows, const Timing& timing) {
  std::map<std::string, std::size_t> statuses;
  for (const auto& [id, order] : books.orders) ++statuses[order.status];
  const auto row = [](std::string_view name, auto value) { fmt::print("  {:<42} {:>10}\n", name, value); };
  fmt::print("\nwhat happened\n");
  for (const auto& [blow, count] : blows) row(blow, count);
  row("orders acknowledged", customers.acknowledged.size());
  for (const auto& [status, count] : statuses) row("  of them " + status, count);
  row("requests for an order", customers.sent);
  row("  sent again", customers.sent_again);
  for (const auto& [why, count] : customers.reasons) row("    after " + why, count);
  row("acknowledged orders asked for once more", customers.repeated);
  row("cancellations tried", customers.cancel_tried);
  row("logins", customers.logins);
  row("token refreshes", customers.tokens_refreshed);
  row("lines on the provider's statement", books.statement.size());
  row("seconds of placing and killing", fmt::format("{:.1f}", timing.storm));
  row("seconds until all was settled", fmt::format("{:.1f}", timing.recovery));
  fmt::print("\nwhat must be zero\n");
  row("acknowledged and lost", verdict.lost);
  row("acknowledged and neither confirmed nor cancelled", verdict.unfinished);
  row("orders nobody was told of", verdict.uninvited);
  row("orders charged twice", verdict.charged_twice);
  row("charges left on hold", verdict.left_on_hold);
  row("confirmed and not paid", verdict.confirmed_unpaid);
  row("cancelled and paid", verdict.cancelled_paid);
  row("charges without an order", verdict.orphan_charges);
  row("ledger against statement, minor units", verdict.ledger_difference);
  row("stock, units", verdict.stock_difference);
  row("complaints of customers", verdict.complaints);
  for (std::size_t i = 0; i < std::min<std::size_t>(customers.complaints.size(), 10); ++i)
    fmt::print("    {}\n", customers.complaints[i]);
  for (const std::string& one : books.open_payments()) fmt::print("    {}\n", one);
}

void print_staleness(const StalenessFigures& figures) {
  const auto row = [](std::string_view name, auto value) { fmt::print("  {:<42} {:>10}\n", name, value); };
  fmt::print("\nhow old a cached person was (changed on one instance, read on all)\n");
  row("changes acknowledged", figures.changes);
  row("reads answered", figures.reads);
  row("  of a version that had been replaced", figures.old_reads);
  row("age of what was read, p99, ms", figures.p99.count());
  row("age of what was read, max, ms", figures.max.count());
  row("bound: time to live and a load, ms", StalenessWatch::kBound.count());
  row("reads older than that (must be zero)", figures.too_old);
  row("instances without the last change (zero)", figures.behind.size());
  for (const std::string& one : figures.behind) fmt::print("    {}\n", one);
}

// A line every few seconds, for whoever waits.
class Progress {
 public:
  Progress(const Customers& customers, std::size_t orders)
      : thread_([this, &customers, orders] {
          for (int ticks = 1; !is_over_; ++ticks) {
            pause(milliseconds{100});
            if (ticks % 50 != 0) continue;
            fmt::print("  {} of {} orders acknowledged\n", customers.acknowledged(), orders);
            std::fflush(stdout);
          }
        }) {}
  ~Progress() {
    is_over_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

int run(const Options& options) {
  fmt::print("seed {}: {} orders by {} clients, a SIGKILL every {} ms on average\n", options.customers.seed,
             options.customers.orders, options.customers.clients, options.kill_mean_ms);
  std::fflush(stdout);
  std::optional<ProductionEngines> engines;
  if (options.on_production) engines.emplace();
  const RunningPlatform platform(engines ? engines->platform(options.program)
                                         : PlatformOptions{.program = options.program});
  if (engines) ProductionEngines::count_requests(platform);
  auto stock_before = read_stock(platform);
  // Consul tells the gateway of the orders service a moment after that is ready.
  (void)eventually(std::chrono::seconds{30}, [&] {
    if (!stock_before) stock_before = read_stock(platform);
    return bool(stock_before);
  });
  if (!stock_before) throw std::runtime_error("there is no stock");
  set_faults(platform, {{"drop_answer", options.drop_answer},
                        {"fail_before", options.fail_before},
                        {"fail_after", options.fail_after},
                        {"seed", static_cast<std::int64_t>(options.customers.seed)}});

  Timing timing;
  auto start = std::chrono::steady_clock::now();
  Nemesis of_roles(kills_of(platform), options.customers.seed, milliseconds{options.kill_mean_ms});
  Nemesis of_engines(engines ? injuries_of(*engines) : std::vector<Blow>{}, options.customers.seed,
                     milliseconds{options.injury_mean_ms});
  std::optional<StalenessWatch> caches;
  if (engines) caches.emplace(platform, platform.plan().plan_of("auth").instances);
  Customers placing(platform, options.customers);
  const Progress progress(placing, options.customers.orders);
  const CustomerFigures customers = placing.run();
  of_roles.stop();
  of_engines.stop();
  timing.storm = since(start);

  start = std::chrono::steady_clock::now();
  const StalenessFigures staleness = caches ? caches->stop() : StalenessFigures{};
  set_faults(platform, {});
  (void)platform.wait_until_ready(seconds{30});
  const auto books = wait_for_quiescence(platform, seconds{options.quiescence_s});
  timing.recovery = since(start);
  if (!books) throw std::runtime_error("the books cannot be read: " + books.error().detail);

  const Verdict verdict = judge(*books, customers, *stock_before);
  auto blows = of_roles.struck();
  blows.insert(of_engines.struck().begin(), of_engines.struck().end());
  print_table(customers, *books, verdict, blows, timing);
  if (caches) print_staleness(staleness);
  if (!of_roles.has_struck_all() || !of_engines.has_struck_all()) {
    fmt::print("\nNot everybody was struck: more orders, or more blows, are needed.\n");
    return 2;
  }
  const bool is_fresh = !caches || staleness.is_good();
  const bool is_good = options.must_notice ? verdict.charged_twice > 0 : verdict.is_clean() && is_fresh;
  fmt::print("\n{}\n", verdict.is_clean() ? "All books agree." : "The books do not agree.");
  if (!is_fresh) fmt::print("A cache kept what was old.\n");
  if (!is_good) fmt::print("{}", platform.complaints());
  return is_good ? 0 : 1;
}

}  // namespace
}  // namespace gatehouse::tests::kill

int main(int argc, char** argv) {
  using namespace gatehouse::tests;
  kill::Options options;
  options.customers.seed = std::random_device{}() % 1'000'000;
  std::int64_t pace_ms = options.customers.pace.count();
  CLI::App app("Places orders while roles are killed, then compares all books");
  app.add_option("--orders", options.customers.orders)->capture_default_str();
  app.add_option("--clients", options.customers.clients)->capture_default_str();
  app.add_option("--seed", options.customers.seed, "Random if not given; printed first");
  app.add_option("--pace", pace_ms, "Milliseconds between two orders of a client")->capture_default_str();
  app.add_option("--kill-every", options.kill_mean_ms, "Milliseconds on average")->capture_default_str();
  app.add_flag("--production", options.on_production,
               "On PostgreSQL, FerretDB, dynalite, Redis and Consul, which are struck as well");
  app.add_option("--injure-every", options.injury_mean_ms, "Milliseconds on average, with --production")
      ->capture_default_str();
  app.add_option("--quiescence", options.quiescence_s, "Seconds to settle")->capture_default_str();
  app.add_option("--drop-answer", options.drop_answer, "Provider, per mille")->capture_default_str();
  app.add_option("--gatehouse", options.program, "The executable under test; $GATEHOUSE if not given");
  app.add_flag("--must-notice", options.must_notice,
               "The executable charges twice: succeed if that is noticed");
  CLI11_PARSE(app, argc, argv);
  options.customers.pace = std::chrono::milliseconds{pace_ms};
  if (const auto missing = ProductionEngines::missing(); options.on_production && !missing.empty()) {
    fmt::print("SKIPPED: missing {}\n", missing);
    return kill::kSkipped;
  }
  gatehouse::telemetry::log::configure("kill-test", "", gatehouse::telemetry::log::Level::off);
  try {
    return kill::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "kill_test: {}\n", error.what());
    return 1;
  }
}
