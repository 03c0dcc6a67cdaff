// A cache in the memory of one worker: bounded in entries and bytes, the least recently used goes first.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cache/cache.hpp"
#include "core/clock.hpp"

namespace gatehouse::cache {

struct MemoryCacheLimits {
  std::size_t entries_max = 10'000;
  std::size_t bytes_max = 16U << 20U;  // keys, values and an estimate of what holds them
};

class MemoryCache final : public Cache {
 public:
  explicit MemoryCache(const core::Clock& clock, MemoryCacheLimits limits = {})
      : clock_(clock), limits_(limits) {}

  Awaitable<Result<std::optional<Entry>>> get(std::string key) override;
  Awaitable<Result<bool>> put(std::string key, Entry entry) override;
  Awaitable<Result<void>> erase(std::string key, std::int64_t version) override;

  // The same at once, for whoever is on the worker anyway.
  [[nodiscard]] std::optional<Entry> find(const std::string& key);
  bool keep(const std::string& key, Entry entry);
  void drop(const std::string& key, std::int64_t version);
  // The value of this key, of every key; what was erased stays remembered.
  void forget(const std::string& key);
  void forget_all();
  // Of the entry, or of its erase.
  [[nodiscard]] std::optional<std::int64_t> version_of(const std::string& key);

  [[nodiscard]] std::size_t size() const { return by_key_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Slot {
    std::string key;
    Entry entry;
    core::SteadyTime expires_at;
    bool is_erased = false;  // only its version counts
  };
  using Slots = std::list<Slot>;  // most recently used first

  Slot* live(const std::string& key);
  void store(Slot slot);
  void remove(Slots::iterator slot);
  static std::size_t bytes_of(const Slot& slot);

  const core::Clock& clock_;
  const MemoryCacheLimits limits_;
  Slots slots_;
  std::unordered_map<std::string_view, Slots::iterator> by_key_;  // views of the slots' keys
  std::size_t bytes_ = 0;
};

}  // namespace gatehouse::cache
