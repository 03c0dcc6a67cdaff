// How many wrong passwords one network address may send, whatever accounts it tries: the defence against many
// accounts with few guesses each, which no account's own lock sees.
//
// A bucket of failures per address: each failure takes one, time gives them back. An empty bucket refuses
// further attempts from there. IPv6 is counted by /64, the smallest thing that a provider hands out. The
// table is bounded: when it is full, the fullest (least guilty) bucket goes.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/clock.hpp"

namespace gatehouse::auth {

struct AddressLimits {
  int failures = 30;                        // in one go
  std::chrono::seconds one_back_every{10};  // steady: 360 an hour
  std::size_t addresses_max = 10'000;
};

class AddressLimiter {
 public:
  explicit AddressLimiter(AddressLimits limits = {}) : limits_(limits) {}

  [[nodiscard]] bool allows(std::string_view address, core::SystemTime now) const;
  void count_failure(std::string_view address, core::SystemTime now);
  [[nodiscard]] std::size_t size() const { return used_up_until_.size(); }

 private:
  void make_room(core::SystemTime now);

  AddressLimits limits_;
  // A bucket as one number: the time at which it will be full again (GCRA). An entry in the past is a full
  // bucket.
  std::unordered_map<std::string, core::SystemTime> used_up_until_;
};

// The key under which an address is counted: IPv4 as it is, IPv6 as its /64, IPv4 in IPv6 as IPv4.
// Nothing if it is no address.
[[nodiscard]] std::optional<std::string> network_of(std::string_view address);

}  // namespace gatehouse::auth
