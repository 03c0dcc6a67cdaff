// Who owns which slot of a cluster, as one of its nodes tells it (CLUSTER SLOTS) or corrects it (MOVED, ASK).
// Pure: replies in, addresses out; Cluster does the talking.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "storage/redis/hash_slot.hpp"
#include "storage/redis/redis.hpp"

namespace gatehouse::storage::redis {

class SlotMap {
 public:
  // `asked_host` is that of the node that answered: some nodes do not know their own. Replicas are passed
  // over. `bad_upstream`/"redis_protocol_error".
  static Result<SlotMap> from_reply(const Reply& cluster_slots, const std::string& asked_host);

  // Null: nobody owns it, as far as is known.
  [[nodiscard]] const Address* owner(std::uint16_t slot) const;
  void assign(std::uint16_t slot, const Address& address);
  [[nodiscard]] const std::vector<Address>& owners() const { return owners_; }
  friend bool operator==(const SlotMap&, const SlotMap&) = default;

 private:
  [[nodiscard]] std::uint16_t number_of(const Address& address);

  std::vector<Address> owners_;
  std::array<std::uint16_t, kSlots> by_slot_{};  // 1 + the place in owners_; 0: nobody
};

struct Redirect {
  enum class Kind : std::uint8_t { moved, ask };
  Kind kind;
  std::uint16_t slot;
  Address to;
};

// "MOVED 3999 127.0.0.1:6381", "ASK 3999 :6381" (on the host that answered). Nothing for other texts.
[[nodiscard]] std::optional<Redirect> parse_redirect(std::string_view text, const std::string& asked_host);

}  // namespace gatehouse::storage::redis
