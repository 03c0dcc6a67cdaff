// Implements address ranges as intervals of 16-byte addresses.
#include "gateway/ip_ranges.hpp"

#include <algorithm>
#include <arpa/inet.h>

#include "core/text.hpp"

namespace gatehouse::gateway {

std::optional<IpRanges::Bytes> IpRanges::bytes_of(std::string_view address) {
  const std::string text(address);
  Bytes bytes{};
  if (text.find(':') != std::string::npos) {
    return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 ? std::optional(bytes) : std::nullopt;
  }
  bytes[10] = bytes[11] = 0xFF;  // ::ffff:a.b.c.d
  return inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1 ? std::optional(bytes) : std::nullopt;
}

std::optional<IpRanges::Range> IpRanges::range_of(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = bytes_of(text.substr(0, slash));
  if (!base) return std::nullopt;
  const int width = text.find(':') == std::string_view::npos ? 32 : 128;
  int bits = width;
  if (slash != std::string_view::npos) {
    const auto given = core::parse_int<int>(text.substr(slash + 1));
    if (!given || *given < 0 || *given > width) return std::nullopt;
    bits = *given;
  }
  Range range{.first = *base, .last = *base};
  for (int bit = 128 - width + bits; bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    const auto at = static_cast<std::size_t>(bit / 8);
    range.first[at] = static_cast<std::uint8_t>(range.first[at] & ~mask);
    range.last[at] = static_cast<std::uint8_t>(range.last[at] | mask);
  }
  return range;
}

Result<IpRanges> IpRanges::parse(const std::vector<std::string>& texts) {
  std::vector<Range> sorted;
  for (const auto& text : texts) {
    const auto range = range_of(text);
    if (!range) return refuse(ErrorKind::invalid, "bad_address", "invalid ip or cidr range: '" + text + "'");
    sorted.push_back(*range);
  }
  std::ranges::sort(sorted, {}, &Range::first);
  IpRanges made;
  for (const auto& range : sorted) {
    if (!made.ranges_.empty() && range.first <= made.ranges_.back().last) {
      made.ranges_.back().last = std::max(made.ranges_.back().last, range.last);
    } else {
      made.ranges_.push_back(range);
    }
  }
  return made;
}

bool IpRanges::contains(std::string_view address) const {
  if (ranges_.empty()) return false;
  const auto bytes = bytes_of(address);
  if (!bytes) return false;
  const auto after = std::ranges::upper_bound(ranges_, *bytes, {}, &Range::first);
  return after != ranges_.begin() && *bytes <= std::prev(after)->last;
}

}  // namespace gatehouse::gateway
