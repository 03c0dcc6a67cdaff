// What a node says of its cluster is taken in any form, and only addresses and slots that exist come out.
#include <cstdlib>

#include "storage/redis/slot_map.hpp"

using namespace gatehouse::storage::redis;

namespace {

void check(const Address& address) {
  if (address.host.empty() || address.port == 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  if (const auto redirect = parse_redirect(input, "asked")) {
    if (redirect->slot >= kSlots) std::abort();
    check(redirect->to);
  }
  if (hash_slot(input) >= kSlots) std::abort();
  RespParser parser({.line_bytes_max = 64, .text_bytes_max = 256, .elements_max = 256, .depth_max = 4});
  parser.feed(input);
  for (auto reply = parser.next(); reply && reply->has_value(); reply = parser.next()) {
    const auto map = SlotMap::from_reply(**reply, "asked");
    if (!map) continue;
    for (const Address& owner : map->owners()) check(owner);
    for (const std::uint16_t slot : {std::uint16_t{0}, std::uint16_t{8'000}, std::uint16_t{kSlots - 1}}) {
      if (const Address* owner = map->owner(slot); owner != nullptr) check(*owner);
    }
  }
  return 0;
}
