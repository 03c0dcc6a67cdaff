#include "supervisor/keys_command.hpp"

#include <cstdio>
#include <functional>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/worker.hpp"
#include "service/keys/key_provider.hpp"
#include "supervisor/complaint.hpp"
#include "supervisor/key_figures.hpp"

namespace gatehouse::supervisor {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kProviderTime{10'000};
constexpr milliseconds kLoadedWithin{15'000};
constexpr unsigned kLookEveryMicros = 100'000;

constexpr auto kLine = "{:<12} {:<7} {:<26} {:>7}  {:<28} {}\n";

// One ring of one role, where its keys are kept.
struct Ring {
  std::string role;
  std::string name;  // as in metrics: "fields", "index"
  std::unique_ptr<service::KeyProvider> provider;

  [[nodiscard]] Result<crypto::KeyRing> load() const {
    return runtime::run_to_end(provider->load(Deadline::after(kProviderTime)));
  }
  [[nodiscard]] Result<std::string> kept_by() const {
    return runtime::run_to_end(provider->kept_by(Deadline::after(kProviderTime)));
  }
  [[nodiscard]] Result<void> renew_protection() const {
    return runtime::run_to_end(provider->renew_protection(Deadline::after(kProviderTime)));
  }
  [[nodiscard]] Result<void> save(const crypto::KeyRing& ring) const {
    return runtime::run_to_end(provider->save(ring, Deadline::after(kProviderTime)));
  }
};

Result<Ring> field_ring(const RolePlan& plan, const std::filesystem::path& secrets, BlockingPool& pool) {
  const json::value* keys = plan.settings.if_contains("field_keys");
  const json::object* settings = keys == nullptr ? nullptr : keys->if_object();
  auto provider = service::make_key_provider(settings, secrets, pool);
  if (!provider) return fail(provider);
  return Ring{plan.role, "fields", std::move(*provider)};
}

enum class Reach : std::uint8_t { chosen_ring, every_ring };

// The rings that the arguments mean, in the order of the roles.
Result<std::vector<Ring>> rings_of(const Platform& platform, const KeysArguments& arguments,
                                   BlockingPool& pool, Reach reach) {
  const bool takes_every = reach == Reach::every_ring;
  std::vector<Ring> rings;
  for (const RolePlan& plan : platform.roles) {
    if (!arguments.role.empty() && plan.role != arguments.role) continue;
    const auto secrets = Layout{platform.data}.secrets_dir(plan.role);
    const bool has_keys =
        plan.settings.contains("field_keys") || std::filesystem::exists(secrets / "field_keys.json");
    if (has_keys && (takes_every || !arguments.is_of_index)) {
      auto ring = field_ring(plan, secrets, pool);
      if (!ring) return fail(ring);
      rings.push_back(std::move(*ring));
    }
    const auto index = secrets / "blind_index.key";
    if ((takes_every || arguments.is_of_index) && std::filesystem::exists(index)) {
      rings.push_back(
          {plan.role, "index", std::make_unique<service::JsonFileKeys>(index, crypto::KeyUse::index)});
    }
  }
  if (rings.empty())
    return fail(ErrorKind::not_found, "no_such_keys", "no such role, or it has no such keys");
  return rings;
}

// Whether all running instances have loaded `version` of the ring.
Result<bool> is_loaded(const Platform& platform, const Ring& ring, std::uint32_t version) {
  const auto instances = ask_instances(platform, ring.role);
  if (!instances) return fail(instances);
  for (const InstanceFigures& instance : *instances) {
    const auto found = instance.rings.find(ring.name);
    if (found == instance.rings.end() || found->second.newest < version) return false;
  }
  return true;
}

Result<void> wait_until_loaded(const Platform& platform, const Ring& ring, std::uint32_t version) {
  const auto deadline = Deadline::after(kLoadedWithin);
  for (;;) {
    const auto loaded = is_loaded(platform, ring, version);
    if (!loaded) return fail(loaded);
    if (*loaded) return {};
    if (deadline.is_over()) {
      return fail(
          ErrorKind::timeout, "ring_not_loaded",
          fmt::format("{}: not every instance has loaded version {}; nothing uses it yet, run this again",
                      ring.role, version));
    }
    ::usleep(kLookEveryMicros);
  }
}

Result<void> rotate(const Platform& platform, const Ring& ring) {
  auto keys = ring.load();
  if (!keys) return fail(keys);
  if (keys->newest() == keys->current()) {
    if (auto renewed = ring.renew_protection(); !renewed) return renewed;
    auto announced = keys->announced();
    if (!announced) return fail(announced);
    if (auto saved = ring.save(*announced); !saved) return saved;
    keys = std::move(announced);
  }
  if (auto loaded = wait_until_loaded(platform, ring, keys->newest()); !loaded) return loaded;
  if (auto saved = ring.save(keys->promoted()); !saved) return saved;
  fmt::print("{} {}: version {} is the current one\n", ring.role, ring.name, keys->newest());
  return {};
}

Result<void> retire(const Platform& platform, const Ring& ring) {
  const auto keys = ring.load();
  if (!keys) return fail(keys);
  const auto instances = ask_instances(platform, ring.role);
  if (!instances) return fail(instances);
  const RingSummary summary = summary_of(*instances, ring.name, keys->current());
  if (!summary.is_counted) {
    return fail(
        ErrorKind::conflict, "rows_not_counted",
        fmt::format("{} {}: the role does not run, or has not counted its rows yet", ring.role, ring.name));
  }
  std::vector<std::uint32_t> unused;
  for (const std::uint32_t version : keys->versions()) {
    const auto rows = summary.rows.find(version);
    const bool is_used = rows != summary.rows.end() && rows->second > 0;
    if (version < keys->current() && !is_used) unused.push_back(version);
  }
  if (summary.remaining > 0) {
    return fail(ErrorKind::conflict, "rows_remain",
                fmt::format("{} {}: {} rows remain to be re-wrapped, nothing is dropped", ring.role,
                            ring.name, summary.remaining));
  }
  if (unused.empty()) {
    fmt::print("{} {}: nothing to drop\n", ring.role, ring.name);
    return {};
  }
  if (auto saved = ring.save(keys->without(unused)); !saved) return saved;
  fmt::print("{} {}: dropped version {}\n", ring.role, ring.name, fmt::join(unused, ", "));
  return {};
}

Result<void> show(const Platform& platform, const Ring& ring) {
  const auto keys = ring.load();
  if (!keys) return fail(keys);
  const auto instances = ask_instances(platform, ring.role);
  if (!instances) return fail(instances);
  const RingSummary summary = summary_of(*instances, ring.name, keys->current());
  std::string versions;
  for (const std::uint32_t version : keys->versions()) {
    const auto rows = summary.rows.find(version);
    versions += fmt::format("{}{}: {}", versions.empty() ? "" : ", ", version,
                            rows == summary.rows.end() ? 0 : rows->second);
  }
  std::string progress = fmt::format("{} to go", summary.remaining);
  if (instances->empty()) {
    progress = "not running";
  } else if (!summary.is_counted) {
    progress = "not counted yet";
  } else if (summary.remaining == 0) {
    progress = "done";
  }
  if (keys->newest() != keys->current()) progress += fmt::format(", version {} announced", keys->newest());
  const auto kept_by = ring.kept_by();
  if (!kept_by) return fail(kept_by);
  fmt::print(kLine, ring.role, ring.name, *kept_by, keys->current(), versions, progress);
  return {};
}

bool is_missing(const Error& error) {
  return error.reason == "file_missing" || error.reason == "key_ring_unreadable";
}

// Brings the ring under the protection that the settings name; a role without keys gets its first ones.
Result<void> protect(const Platform& platform, const Ring& ring) {
  const auto there = ring.load();
  if (there) {
    fmt::print("{}: the keys are there already\n", ring.role);
    return {};
  }
  if (!is_missing(there.error())) return fail(there);
  const auto plain = Layout{platform.data}.secrets_dir(ring.role) / "field_keys.json";
  const bool was_plain = std::filesystem::exists(plain);
  const auto keys = was_plain ? crypto::KeyRing::from_json_file(plain) : crypto::KeyRing::fresh();
  if (!keys) return fail(keys);
  if (auto saved = ring.save(*keys); !saved) return saved;
  const auto read_back = ring.load();
  if (!read_back) return fail(read_back);
  if (was_plain && !std::filesystem::remove(plain)) {
    return fail(ErrorKind::unavailable, "cannot_write", plain.string() + ": cannot be removed");
  }
  fmt::print("{}: {}\n", ring.role, was_plain ? "the keys have moved" : "new keys");
  return {};
}

using Verb = std::function<Result<void>(const Platform&, const Ring&)>;

int for_each_ring(const std::filesystem::path& data, const KeysArguments& arguments, const Verb& verb,
                  Reach reach) {
  const auto platform = Platform::load(data);
  if (!platform) return complain("keys", platform.error());
  BlockingPool pool("keys");
  const auto rings = rings_of(*platform, arguments, pool, reach);
  if (!rings) return complain("keys", rings.error());
  for (const Ring& ring : *rings) {
    if (const auto done = verb(*platform, ring); !done) return complain("keys", done.error());
  }
  return 0;
}

}  // namespace

int keys_status(const std::filesystem::path& data, const KeysArguments& arguments) {
  fmt::print(kLine, "ROLE", "RING", "KEPT BY", "CURRENT", "ROWS BY VERSION", "PROGRESS");
  return for_each_ring(data, arguments, show, Reach::every_ring);
}

int keys_rotate(const std::filesystem::path& data, const KeysArguments& arguments) {
  return for_each_ring(data, arguments, rotate, Reach::chosen_ring);
}

int keys_protect(const std::filesystem::path& data, const KeysArguments& arguments) {
  return for_each_ring(data, arguments, protect, Reach::chosen_ring);
}

int keys_retire(const std::filesystem::path& data, const KeysArguments& arguments) {
  return for_each_ring(data, arguments, retire, Reach::chosen_ring);
}

}  // namespace gatehouse::supervisor
