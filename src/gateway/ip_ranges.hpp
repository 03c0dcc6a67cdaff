// A set of IP addresses given as addresses and CIDR blocks, IPv4 and IPv6. Look-up is a binary search. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace gatehouse::gateway {

class IpRanges {
 public:
  IpRanges() = default;
  // ErrorKind::invalid, reason "bad_address", detail "invalid ip or cidr range: '…'".
  static Result<IpRanges> parse(const std::vector<std::string>& ranges);

  // False for a text that is no address. An IPv4 address and its IPv4-mapped IPv6 form are the same.
  [[nodiscard]] bool contains(std::string_view address) const;
  [[nodiscard]] bool is_empty() const { return ranges_.empty(); }

 private:
  using Bytes = std::array<std::uint8_t, 16>;
  struct Range {
    Bytes first;
    Bytes last;
  };
  static std::optional<Bytes> bytes_of(std::string_view address);
  static std::optional<Range> range_of(std::string_view text);

  std::vector<Range> ranges_;  // sorted, without overlap
};

}  // namespace gatehouse::gateway
