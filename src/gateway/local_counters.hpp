// Rate limit counts of this process, shared by its workers so that a limit holds however connections are
// spread. Lives outside plugins and snapshots: a change of configuration does not forget what was used.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/rate_windows.hpp"

namespace gatehouse::gateway {

struct LocalCountersLimits {
  std::size_t clients_max = 1'000'000;  // beyond it clients whose windows have ended go first
};

class LocalCounters {
 public:
  explicit LocalCounters(LocalCountersLimits limits = {}) : limits_(limits) {}

  // Any thread. `client` names whom is counted, with the plugin's scope: "<route>:<service>:<who>".
  [[nodiscard]] RateVerdict take(std::string_view client, const RateLimits& limits, core::SystemTime now);
  [[nodiscard]] std::size_t size() const;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Counted {
    WindowCounts counts;
    std::int64_t useless_after = 0;  // Unix seconds: all its windows have ended
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, Counted, TextHash, std::equal_to<>> clients;
    std::size_t sweep_at = 0;  // the bucket where the next sweep goes on
  };
  static constexpr std::size_t kShards = 64;

  void make_room(Shard& shard, std::int64_t now_seconds) const;

  LocalCountersLimits limits_;
  std::array<Shard, kShards> shards_;
};

}  // namespace gatehouse::gateway
