// The engines that this build can try. A new one: its probe, and its line here.
#include <algorithm>
#include <array>

#include "check/probe.hpp"

namespace gatehouse::check {
namespace {

struct Entry {
  std::string_view engine;
  Probe probe;
};

constexpr std::array kProbes{
    Entry{"consul", probe_consul},
    Entry{"dynamodb", probe_dynamodb},
    Entry{"elasticsearch", probe_elasticsearch},
    Entry{"mongodb", probe_mongodb},
    Entry{"otlp", probe_otlp},
    Entry{"postgres", probe_postgres},
    Entry{"redis", probe_redis},
    Entry{"sqlite", probe_sqlite},
};

}  // namespace

Probe probe_of(std::string_view engine) {
  const auto found = std::ranges::find(kProbes, engine, &Entry::engine);
  return found == kProbes.end() ? nullptr : found->probe;
}

}  // namespace gatehouse::check
