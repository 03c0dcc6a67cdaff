#include "data_command/copy.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/encoding.hpp"
#include "crypto/digest.hpp"
#include "data_command/closing_table.hpp"
#include "runtime/worker.hpp"
#include "service/keys/loaded_keys.hpp"
#include "supervisor/data_lock.hpp"
#include "supervisor/durable_file.hpp"
#include "supervisor/prepare.hpp"

namespace gatehouse::data_command {
namespace {

using data_copy::Collection;
using data_copy::Effect;
using data_copy::Place;
using data_copy::Use;
using supervisor::Layout;
using supervisor::Platform;

constexpr std::size_t kRunNameBytes = 6;

struct Side {
  service::Config config;
  Place place;
};

// What the role is told by that platform file.
Result<Side> side_of(const CopyOptions& options, const std::filesystem::path& file, const CopyingRole& role) {
  const auto platform = Platform::load_file(file, options.data);
  if (!platform) return fail(platform);
  const supervisor::Instance first{
      .name = options.role + "-1", .role = options.role, .port = platform->plan_of(options.role).port};
  auto config = service::Config::from_json(supervisor::config_of(*platform, first));
  if (!config) return fail(config);
  const auto located = [&](const Error& error) {
    return fail(error.kind, error.reason,
                fmt::format("{}: roles.{}.{}", file.string(), options.role, error.detail));
  };
  auto place = role.place_of_store(*config);
  if (!place) return located(place.error());
  return Side{std::move(*config), std::move(*place)};
}

// A platform that runs in the data directory must not have its store written under it.
Result<void> refuse_in_use(const CopyOptions& options, const CopyingRole& role, const Place& to) {
  const Layout layout{options.data};
  const auto lock = supervisor::DataLock::take(layout);
  if (lock) return {};
  if (lock.error().reason != "already_running") return fail(lock);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(layout.data / "instances", ignored)) {
    const auto config = service::Config::load(entry.path() / "config.json");
    if (!config || config->role != options.role) continue;
    const auto place = role.place_of_store(*config);
    if (place && place->is_same_as(to))
      return refuse(
          ErrorKind::conflict, "destination_in_use",
          fmt::format("{} uses {}: stop the platform first", entry.path().filename().string(), to.shown));
  }
  return {};
}

// The same for the same two places, so that a run that was interrupted finds its progress again.
std::string name_of_run(const CopyOptions& options, const Place& from, const Place& to) {
  const auto digest = crypto::sha256(fmt::format("{}\n{}", from.shown, to.shown));
  return fmt::format("copy-{}-{}", options.role, core::to_hex(digest.substr(0, kRunNameBytes)));
}

class Copying {
 public:
  Copying(const CopyOptions& options, const CopyingRole& role, const Side& from, const Side& to,
          data_copy::Surroundings around)
      : options_(options), role_(role), from_(from), to_(to), around_(around) {}

  Awaitable<Result<std::vector<Line>>> run() {
    const bool only_compares = options_.effect == Effect::compare_only;
    auto source = co_await role_.open(from_.config, Use::source, around_);
    if (!source) co_return fail(source);
    auto target = co_await role_.open(to_.config, only_compares ? Use::source : Use::destination, around_);
    if (!target) {
      co_await closed(*source);
      co_return fail(target);
    }
    auto lines = co_await between(*source, *target);
    co_await closed(*target);
    co_await closed(*source);
    co_return lines;
  }

 private:
  static Awaitable<> closed(data_copy::Store& store) {
    if (store.close) co_await store.close();
  }

  Awaitable<Result<std::vector<Line>>> between(data_copy::Store& source, data_copy::Store& target) {
    const auto envelope = co_await service::load_envelope(from_.config, around_.pool);
    if (!envelope) co_return fail(envelope);
    const auto& from = source.collections;
    const auto& to = target.collections;
    std::vector<Line> lines;
    for (const auto& one : from)
      lines.push_back({.collection = std::string(one->name()), .keys = one->keys()});
    for (std::size_t i = 0; options_.effect == Effect::apply && i < from.size(); ++i) {
      auto copied = co_await pass(*from[i], *to.at(i), Effect::apply, *envelope);
      if (!copied) co_return fail(copied);
      lines[i].copied = std::move(*copied);
    }
    for (std::size_t i = 0; i < from.size(); ++i) {
      auto compared = co_await pass(*from[i], *to.at(i), Effect::compare_only, *envelope);
      if (!compared) co_return fail(compared);
      lines[i].compared = std::move(*compared);
    }
    co_return lines;
  }

  Awaitable<Result<data_copy::Tally>> pass(Collection& from, Collection& to, Effect effect,
                                           const crypto::Envelope& envelope) {
    const auto file = fmt::format("{}-{}.json", name_of_run(options_, from_.place, to_.place), from.name());
    data_copy::SynchroniseOptions options{
        .effect = effect,
        .progress = options_.data / "run" / file,
        .seal = envelope,
        .on_page = [&](std::uint64_t records) { show(effect, from.name(), records); }};
    auto tally = co_await data_copy::synchronise(from, to, std::move(options));
    if (::isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\x1b[K");
    co_return tally;
  }

  static void show(Effect effect, std::string_view collection, std::uint64_t records) {
    if (::isatty(STDERR_FILENO) != 1) return;
    fmt::print(stderr, "\r\x1b[K{} {}: {}", effect == Effect::apply ? "copying" : "comparing", collection,
               records);
    (void)std::fflush(stderr);
  }

  const CopyOptions& options_;
  const CopyingRole& role_;
  const Side& from_;
  const Side& to_;
  data_copy::Surroundings around_;
};

Result<std::vector<Line>> run(const CopyOptions& options, const CopyingRole& role, const Side& from,
                              const Side& to) {
  boost::asio::io_context io{1};
  BlockingPool pool("data-copy");
  telemetry::Metrics metrics;
  Copying copying(options, role, from, to, {io.get_executor(), pool, metrics});
  return runtime::run_to_end(io, copying.run());
}

Result<std::vector<Line>> checked_run(const CopyOptions& options, std::span<const CopyingRole> roles) {
  const auto role = std::ranges::find(roles, options.role, &CopyingRole::name);
  if (role == roles.end())
    return refuse(ErrorKind::invalid, "unknown_role", options.role + " has no data that can be copied");
  if (!std::filesystem::is_directory(options.data))
    return refuse(ErrorKind::not_found, "no_such_directory", options.data.string() + " is not there");
  const auto from = side_of(options, options.from, *role);
  if (!from) return fail(from);
  const auto to = side_of(options, options.to, *role);
  if (!to) return fail(to);
  if (from->place.is_same_as(to->place))
    return refuse(ErrorKind::conflict, "same_place", "both files put the store into " + to->place.shown);
  if (options.effect == Effect::apply) {
    if (auto free = refuse_in_use(options, *role, to->place); !free) return fail(free);
    if (auto made = supervisor::make_private_directory(options.data / "run"); !made) return fail(made);
  }
  fmt::print("{}: {} -> {}\n\n", options.role, from->place.shown, to->place.shown);
  (void)std::fflush(stdout);
  return run(options, *role, *from, *to);
}

std::uint64_t peak_memory_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss);
}

}  // namespace

int copy(const CopyOptions& options, std::span<const CopyingRole> roles) {
  const core::SystemClock clock;
  const auto begin = clock.now();
  CopyOptions absolute = options;
  absolute.data = std::filesystem::absolute(options.data).lexically_normal();
  const auto lines = checked_run(absolute, roles);
  if (!lines) {
    const Error& error = lines.error();
    fmt::print(stderr, "gatehouse data copy: {}\n",
               error.detail.empty() ? std::string(error.reason)
                                    : fmt::format("{} ({})", error.detail, error.reason));
    return 1;
  }
  const auto took = clock.now() - begin;
  fmt::print("{}", as_table(*lines, std::chrono::floor<std::chrono::milliseconds>(took), peak_memory_kib()));
  if (are_equal(*lines)) return 0;
  fmt::print("Run it again to catch up; if the source serves, stop it for the last run.\n");
  return 1;
}

}  // namespace gatehouse::data_command
