// How often one address may do something that costs us or helps to guess, in windows of a minute. One worker.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace gatehouse::auth_server {

// IPv6 by its /64, the smallest thing that a provider hands out: whoever has one has 2^64 addresses. Anything
// else as it is.
[[nodiscard]] std::string network_of(std::string_view address);

class AddressLimit {
 public:
  explicit AddressLimit(unsigned per_minute) : per_minute_(per_minute) {}

  // Counts, and says whether it was within the limit. Beyond so many addresses in one minute all others share
  // one count: memory stays bounded.
  [[nodiscard]] bool allows(std::string_view address, core::SystemTime now) {
    if (now < began_ || now >= began_ + std::chrono::minutes{1}) {
      counts_.clear();
      began_ = now;
    }
    const std::string network = network_of(address);
    const bool is_known = counts_.contains(network) || counts_.size() < kAddressesMax;
    return ++counts_[is_known ? network : std::string()] <= per_minute_;
  }

 private:
  static constexpr std::size_t kAddressesMax = 10'000;
  unsigned per_minute_;
  core::SystemTime began_{};
  std::map<std::string, unsigned, std::less<>> counts_;
};

}  // namespace gatehouse::auth_server
