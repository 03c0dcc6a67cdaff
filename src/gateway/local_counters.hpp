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

  // Any thread. `client` names whom is counted, with the scope of the plugin that counts.
  [[nodiscard]] RateVerdict take(std::string_view client, const RateLimits& limits, core::SystemTime now);
  [[nodiscard]] std::size_t size() const;

 private:
  // A name with its hash, which also chooses the shard: a look-up hashes once.
  struct HashedName {
    std::string_view text;
    std::size_t hash;
  };
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    std::size_t operator()(const HashedName& name) const { return name.hash; }
  };
  struct SameName {
    using is_transparent = void;
    bool operator()(const std::string& a, const std::string& b) const { return a == b; }
    bool operator()(const HashedName& a, const std::string& b) const { return a.text == b; }
    bool operator()(const std::string& a, const HashedName& b) const { return a == b.text; }
  };
  struct Counted {
    WindowCounts counts;
    std::int64_t useless_after = 0;  // Unix seconds: all its windows have ended
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, Counted, NameHash, SameName> clients;
    std::size_t sweep_at = 0;  // the bucket where the next sweep goes on
  };
  static constexpr std::size_t kShards = 64;

  void make_room(Shard& shard, std::int64_t now_seconds) const;

  LocalCountersLimits limits_;
  std::array<Shard, kShards> shards_;
};

}  // namespace gatehouse::gateway
