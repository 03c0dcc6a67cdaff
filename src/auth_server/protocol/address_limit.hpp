// How often one address may do something that costs us or helps to guess, in windows of a minute. One worker.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace gatehouse::auth_server {

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
    const bool is_known = counts_.contains(address) || counts_.size() < kAddressesMax;
    return ++counts_[is_known ? std::string(address) : std::string()] <= per_minute_;
  }

 private:
  static constexpr std::size_t kAddressesMax = 10'000;
  unsigned per_minute_;
  core::SystemTime began_{};
  std::map<std::string, unsigned, std::less<>> counts_;
};

}  // namespace gatehouse::auth_server
