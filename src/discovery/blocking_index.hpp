// The index of Consul's blocking queries (developer.hashicorp.com/consul/api-docs/features/blocking): asked
// with the last index that was seen, the registry answers once there is a newer one.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace gatehouse::discovery {

class BlockingIndex {
 public:
  enum class Step { onward, began_anew };

  // Takes the X-Consul-Index of an answer. An index that went backwards is a registry that began anew: the
  // next query asks from the start. 0, or what is no number, is never sent back: a query with 0 does not
  // wait, so whoever sends it must pause first.
  Step take(std::string_view header) {
    std::uint64_t seen = 0;
    const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seen);
    if (error != std::errc{} || end != header.data() + header.size()) seen = 0;
    const bool went_back = seen < value_;
    value_ = went_back ? 0 : seen;
    return went_back ? Step::began_anew : Step::onward;
  }
  void reset() { value_ = 0; }
  [[nodiscard]] std::uint64_t value() const { return value_; }
  [[nodiscard]] bool waits() const { return value_ > 0; }

 private:
  std::uint64_t value_ = 0;
};

}  // namespace gatehouse::discovery
