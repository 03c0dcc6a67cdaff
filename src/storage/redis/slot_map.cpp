#include "storage/redis/slot_map.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "storage/redis/options.hpp"

namespace gatehouse::storage::redis {
namespace {

constexpr std::size_t kOwnersMax = 1'000;  // the specification's own limit

std::unexpected<Error> malformed() {
  return fail(ErrorKind::bad_upstream, "redis_protocol_error", "not an answer to CLUSTER SLOTS",
              Origin::upstream);
}

// [host, port, id, …]
std::optional<Address> node_of(const Reply& node, const std::string& asked_host) {
  if (node.elements.size() < 2) return std::nullopt;
  const std::string& host = node.elements[0].text;
  const std::int64_t port = node.elements[1].integer;
  if (host == "?" || port < 1 || port > 65'535) return std::nullopt;
  return Address{host.empty() ? asked_host : host, static_cast<std::uint16_t>(port)};
}

}  // namespace

Result<SlotMap> SlotMap::from_reply(const Reply& cluster_slots, const std::string& asked_host) {
  if (cluster_slots.type != Reply::Type::array) return malformed();
  SlotMap map;
  for (const Reply& range : cluster_slots.elements) {  // [first, last, primary, replica, …]
    if (range.elements.size() < 3) return malformed();
    const std::int64_t first = range.elements[0].integer;
    const std::int64_t last = range.elements[1].integer;
    const auto primary = node_of(range.elements[2], asked_host);
    if (!primary || first < 0 || last < first || last >= kSlots) return malformed();
    if (map.owners_.size() >= kOwnersMax) return malformed();
    const std::uint16_t number = map.number_of(*primary);
    std::fill(map.by_slot_.begin() + first, map.by_slot_.begin() + last + 1, number);
  }
  return map;
}

const Address* SlotMap::owner(std::uint16_t slot) const {
  const std::uint16_t number = by_slot_.at(slot);
  return number == 0 ? nullptr : &owners_[number - 1U];
}

void SlotMap::assign(std::uint16_t slot, const Address& address) {
  if (owners_.size() < kOwnersMax) by_slot_.at(slot) = number_of(address);
}

std::uint16_t SlotMap::number_of(const Address& address) {
  const auto known = std::ranges::find(owners_, address);
  if (known != owners_.end()) return static_cast<std::uint16_t>(known - owners_.begin() + 1);
  owners_.push_back(address);
  return static_cast<std::uint16_t>(owners_.size());
}

std::optional<Redirect> parse_redirect(std::string_view text, const std::string& asked_host) {
  const auto parts = core::split(text, ' ');
  if (parts.size() != 3 || (parts[0] != "MOVED" && parts[0] != "ASK")) return std::nullopt;
  const auto slot = core::parse_int<std::uint16_t>(parts[1]);
  const bool is_host_missing = parts[2].rfind(':') == 0;
  const auto address =
      parse_address(is_host_missing ? asked_host + std::string(parts[2]) : std::string(parts[2]), 0);
  if (!slot || *slot >= kSlots || !address || address->port == 0) return std::nullopt;
  return Redirect{parts[0] == "ASK" ? Redirect::Kind::ask : Redirect::Kind::moved, *slot, *address};
}

}  // namespace gatehouse::storage::redis
