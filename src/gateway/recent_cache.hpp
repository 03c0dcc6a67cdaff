// A bounded cache that forgets what was not used lately, at a constant cost per call: two generations, of
// which the older one is dropped whole when the younger one is full. For one worker; no locks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace gatehouse::gateway {

template <class Value>
class RecentCache {
 public:
  explicit RecentCache(std::size_t entries_max) : generation_max_(entries_max / 2 + 1) {}

  // Null if it is not there. Valid until the next put() or find().
  [[nodiscard]] Value* find(std::string_view key) {
    if (const auto found = young_.find(key); found != young_.end()) return &found->second;
    const auto found = old_.find(key);
    if (found == old_.end()) return nullptr;
    auto node = old_.extract(found);
    make_room();
    return &young_.insert(std::move(node)).position->second;
  }

  void put(std::string_view key, Value value) {
    make_room();
    young_.insert_or_assign(std::string(key), std::move(value));
  }

  void erase(std::string_view key) {
    if (const auto found = young_.find(key); found != young_.end()) young_.erase(found);
    if (const auto found = old_.find(key); found != old_.end()) old_.erase(found);
  }

  [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Generation = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

  void make_room() {
    if (young_.size() < generation_max_) return;
    old_ = std::move(young_);
    young_.clear();
  }

  std::size_t generation_max_;
  Generation young_;
  Generation old_;
};

}  // namespace gatehouse::gateway
