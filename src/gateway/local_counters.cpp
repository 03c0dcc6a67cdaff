// Implements the shared counts: one lock per shard, held for a look-up and a few additions.
#include "gateway/local_counters.hpp"

#include <algorithm>

namespace gatehouse::gateway {

RateVerdict LocalCounters::take(std::string_view client, const RateLimits& limits, core::SystemTime now) {
  const auto starts = window_starts(limits, now);
  const HashedName name{.text = client, .hash = NameHash{}(client)};
  Shard& shard = shards_[name.hash % kShards];
  const std::scoped_lock lock(shard.mutex);
  auto found = shard.clients.find(name);
  if (found == shard.clients.end()) {
    make_room(shard, core::unix_seconds(now));
    found = shard.clients.try_emplace(std::string(client)).first;
  }
  for (std::size_t period = 0; period < kPeriods; ++period) {
    if (limits[period] == 0) continue;
    found->second.useless_after =
        std::max(found->second.useless_after, starts[period] + kPeriodSeconds[period]);
  }
  return found->second.counts.take(limits, starts, now);
}

// A full shard looks at a few buckets per new client, so that no request pays for a whole sweep.
void LocalCounters::make_room(Shard& shard, std::int64_t now_seconds) const {
  const std::size_t clients_max = std::max<std::size_t>(1, limits_.clients_max / kShards);
  if (shard.clients.size() < clients_max) return;
  constexpr int kBucketsPerSweep = 32;
  std::string soonest;
  std::int64_t soonest_end = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < kBucketsPerSweep || soonest.empty(); ++i) {
    shard.sweep_at = (shard.sweep_at + 1) % shard.clients.bucket_count();
    for (auto at = shard.clients.begin(shard.sweep_at); at != shard.clients.end(shard.sweep_at); ++at) {
      if (at->second.useless_after >= soonest_end) continue;
      soonest = at->first;
      soonest_end = at->second.useless_after;
    }
    if (soonest_end < now_seconds) break;
  }
  shard.clients.erase(soonest);
}

std::size_t LocalCounters::size() const {
  std::size_t count = 0;
  for (const auto& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    count += shard.clients.size();
  }
  return count;
}

}  // namespace gatehouse::gateway
