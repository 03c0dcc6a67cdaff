#include "services/auth/domain/address_limiter.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>

namespace gatehouse::auth {

std::optional<std::string> network_of(std::string_view address) {
  const std::string text(address);
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
    return std::string(bytes.begin(), bytes.begin() + 4);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::nullopt;
  constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(mapped.begin(), mapped.end(), bytes.begin()))
    return std::string(bytes.begin() + 12, bytes.end());
  return std::string(bytes.begin(), bytes.begin() + 8);
}

bool AddressLimiter::allows(std::string_view address, core::SystemTime now) const {
  const auto network = network_of(address);
  if (!network) return true;
  const auto found = used_up_until_.find(*network);
  if (found == used_up_until_.end()) return true;
  return found->second - now <= limits_.one_back_every * (limits_.failures - 1);
}

void AddressLimiter::count_failure(std::string_view address, core::SystemTime now) {
  const auto network = network_of(address);
  if (!network) return;
  if (!used_up_until_.contains(*network)) make_room(now);
  core::SystemTime& until = used_up_until_[*network];
  // Never more than the whole bucket: failures that were under way when it ran dry cost nothing extra.
  const core::SystemTime longest = now + limits_.one_back_every * limits_.failures;
  until = std::min(std::max(until, now) + limits_.one_back_every, longest);
}

void AddressLimiter::make_room(core::SystemTime now) {
  if (used_up_until_.size() < limits_.addresses_max) return;
  std::erase_if(used_up_until_, [now](const auto& entry) { return entry.second <= now; });
  if (used_up_until_.size() < limits_.addresses_max) return;
  const auto least =
      std::ranges::min_element(used_up_until_, {}, [](const auto& entry) { return entry.second; });
  used_up_until_.erase(least);
}

}  // namespace gatehouse::auth
