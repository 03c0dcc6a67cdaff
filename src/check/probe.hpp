// One engine that the platform file names, asked how it is. An engine is one file here, `<engine>_probe.cpp`,
// and a line in catalog.cpp; that is all it takes to add one.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check/check.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "http/client.hpp"
#include "runtime/awaitable.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::check {

// Where the platform file names an engine.
struct Mention {
  std::string engine;     // "redis"
  std::string path;       // "roles.auth.settings.person_cache.redis"
  std::string role;       // whose secrets and certificate are used; empty: all roles'
  json::object settings;  // as they stand there
};

// What a probe needs of the world.
struct Surroundings {
  const supervisor::Platform& platform;
  std::span<const KnownRole> roles = {};
  const core::Clock& clock;
  http::Client& http;
  runtime::Executor executor;
  std::chrono::milliseconds patience{5'000};  // for one engine
};

struct Findings {
  std::string endpoint;  // "127.0.0.1:6379"
  bool is_reachable = false;
  std::string version;
  std::string tls_version;  // empty: clear text
  std::optional<core::SystemTime> certificate_expires;
  std::optional<std::chrono::milliseconds> clock_skew;  // the server's clock minus ours
  std::vector<std::string> missing_rights;
  std::vector<std::string> problems;  // the rest of what an operator must mend
};

using Probe = Awaitable<Findings> (*)(Mention mention, Surroundings around);

// Nothing: this build has no such engine.
[[nodiscard]] Probe probe_of(std::string_view engine);

[[nodiscard]] Awaitable<Findings> probe_consul(Mention mention, Surroundings around);
[[nodiscard]] Awaitable<Findings> probe_dynamodb(Mention mention, Surroundings around);
[[nodiscard]] Awaitable<Findings> probe_elasticsearch(Mention mention, Surroundings around);
[[nodiscard]] Awaitable<Findings> probe_mongodb(Mention mention, Surroundings around);
[[nodiscard]] Awaitable<Findings> probe_otlp(Mention mention, Surroundings around);
[[nodiscard]] Awaitable<Findings> probe_postgres(Mention mention, Surroundings around);
[[nodiscard]] Awaitable<Findings> probe_redis(Mention mention, Surroundings around);
[[nodiscard]] Awaitable<Findings> probe_sqlite(Mention mention, Surroundings around);

}  // namespace gatehouse::check
