// A payment as an item of DynamoDB, and the names of its attributes and indexes: see
// dynamodb_payment_store.hpp.
#pragma once

#include <string>
#include <string_view>

#include "crypto/envelope.hpp"
#include "services/payments/domain/payment.hpp"
#include "storage/dynamodb/table_shape.hpp"

namespace gatehouse::payments::payment_item {

using storage::dynamodb::Item;

inline constexpr std::size_t kShards = 8;
inline constexpr std::size_t kWritesRemembered = 4;

// What the verdict on one attempt may add to an item, a hostile text in the stored answer included: kept free
// before the attempt begins, so that what has begun at the provider can always be written down.
inline constexpr std::size_t kRoomForVerdict = 4 * 1024;

inline constexpr auto kKey = "id";
inline constexpr auto kDataKey = "data_key";
inline constexpr auto kDueIndex = "due";
inline constexpr auto kByTimeIndex = "by_time";
inline constexpr auto kByOwnerIndex = "by_owner";
inline constexpr auto kByReferenceIndex = "by_reference";

[[nodiscard]] storage::dynamodb::TableShape shape();

[[nodiscard]] Item key_of(const std::string& id);
[[nodiscard]] std::string shard_name(std::size_t shard);  // "0" to "7"
[[nodiscard]] std::string owner_shard(std::size_t shard, std::string_view owner);
// The range key of the lists: sorts as (created_at, id).
[[nodiscard]] std::string created_key(core::SystemTime created_at, std::string_view id);

// A whole new item. Errors as of Envelope.
[[nodiscard]] Result<Item> item_of(const Payment& payment, const crypto::Envelope& envelope,
                                   std::string write_id);
// The old item with what a change may touch: the sealed fields, the owner and the times stay.
[[nodiscard]] Item changed_item(const Item& old, const Payment& payment, std::string write_id);
// internal/`stored_payment_broken`, `ciphertext_rejected`.
[[nodiscard]] Result<Payment> payment_of(const Item& item, const crypto::Envelope& envelope);

// The item's size, and room for the verdicts on all open attempts.
[[nodiscard]] std::size_t size_when_finished(const Item& item, const Payment& payment);

[[nodiscard]] bool is_written_by(const Item& item, std::string_view write_id);

// Empty or nothing if the attribute is not there or of another type.
[[nodiscard]] std::string text_of(const Item& item, std::string_view attribute);
[[nodiscard]] std::optional<std::int64_t> integer_of(const Item& item, std::string_view attribute);

}  // namespace gatehouse::payments::payment_item
