#include "cache/memory_cache.hpp"

namespace gatehouse::cache {

// A slot that has not expired, moved to the front.
MemoryCache::Slot* MemoryCache::live(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const auto slot = found->second;
  if (slot->expires_at <= clock_.steady_now()) {
    remove(slot);
    return nullptr;
  }
  slots_.splice(slots_.begin(), slots_, slot);
  return &*slot;
}

std::optional<Entry> MemoryCache::find(const std::string& key) {
  const Slot* slot = live(key);
  if (slot == nullptr || slot->is_erased) return std::nullopt;
  Entry entry = slot->entry;
  entry.ttl = std::chrono::ceil<Millis>(slot->expires_at - clock_.steady_now());
  return entry;
}

bool MemoryCache::keep(const std::string& key, Entry entry) {
  const Slot* known = live(key);
  if (known != nullptr && known->entry.version > entry.version) return false;
  const auto expires_at = clock_.steady_now() + entry.ttl;
  store({key, std::move(entry), expires_at, false});
  return true;
}

void MemoryCache::drop(const std::string& key, std::int64_t version) {
  const Slot* known = live(key);
  if (known != nullptr && known->entry.version >= version) return;
  store({key, Entry{.version = version}, clock_.steady_now() + kEraseMemory, true});
}

void MemoryCache::forget(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found != by_key_.end() && !found->second->is_erased) remove(found->second);
}

void MemoryCache::forget_all() {
  for (auto slot = slots_.begin(); slot != slots_.end();) {
    const auto each = slot++;
    if (!each->is_erased) remove(each);
  }
}

std::optional<std::int64_t> MemoryCache::version_of(const std::string& key) {
  const Slot* slot = live(key);
  if (slot == nullptr) return std::nullopt;
  return slot->entry.version;
}

void MemoryCache::store(Slot slot) {
  if (const auto known = by_key_.find(slot.key); known != by_key_.end()) remove(known->second);
  const std::size_t size = bytes_of(slot);
  if (size > limits_.bytes_max || limits_.entries_max == 0) return;
  while (slots_.size() >= limits_.entries_max || bytes_ + size > limits_.bytes_max)
    remove(std::prev(slots_.end()));
  slots_.push_front(std::move(slot));
  by_key_.emplace(slots_.front().key, slots_.begin());
  bytes_ += size;
}

void MemoryCache::remove(Slots::iterator slot) {
  bytes_ -= bytes_of(*slot);
  by_key_.erase(slot->key);
  slots_.erase(slot);
}

std::size_t MemoryCache::bytes_of(const Slot& slot) {
  constexpr std::size_t kHash = 64;  // the map's node and its share of buckets
  return sizeof(Slot) + kHash + slot.key.size() + (slot.entry.value ? slot.entry.value->size() : 0);
}

Awaitable<Result<std::optional<Entry>>> MemoryCache::get(std::string key) {
  co_return find(key);
}

Awaitable<Result<bool>> MemoryCache::put(std::string key, Entry entry) {
  co_return keep(key, std::move(entry));
}

Awaitable<Result<void>> MemoryCache::erase(std::string key, std::int64_t version) {
  drop(key, version);
  co_return Result<void>{};
}

}  // namespace gatehouse::cache
