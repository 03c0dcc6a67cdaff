#include "services/payments/adapters/payment_item.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "services/payments/adapters/payment_document.hpp"
#include "services/payments/adapters/sealed_fields.hpp"

namespace gatehouse::payments::payment_item {
namespace {

using storage::dynamodb::AttributeType;
using storage::dynamodb::IndexShape;
using storage::dynamodb::TableShape;
using storage::dynamodb::Value;

// FNV-1a: must give the same shard in every process and version, which std::hash does not promise.
std::size_t shard_of(std::string_view id) {
  std::uint32_t hash = 2166136261U;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash % kShards;
}

std::unexpected<Error> broken(std::string detail) {
  return fail(ErrorKind::internal, "stored_payment_broken", std::move(detail));
}

std::string bytes_of(const Item& item, std::string_view attribute) {
  const auto found = item.find(attribute);
  const std::string* bytes = found == item.end() ? nullptr : found->second.bytes();
  return bytes == nullptr ? std::string{} : *bytes;
}

// What every write sets.
void put_state(Item& item, const Payment& payment) {
  const PaymentState& state = payment.state();
  item.insert_or_assign("version", Value(state.version));
  item.insert_or_assign("status", Value(std::string(name_of(state.status))));
  item.insert_or_assign("document", Value(json::serialize(document_of(state))));
  item.erase("next_check_at");
  if (const auto at = payment.next_check_at()) item.emplace("next_check_at", Value(core::unix_micros(*at)));
}

}  // namespace

TableShape shape() {
  const storage::dynamodb::KeyAttribute shard{"shard"};
  const storage::dynamodb::KeyAttribute created{"created"};
  return {
      .hash = {kKey},
      .indexes = {
          IndexShape{.name = kDueIndex,
                     .hash = shard,
                     .range = {"next_check_at", AttributeType::number},
                     .included = {"status"}},
          IndexShape{.name = kByTimeIndex, .hash = shard, .range = created, .included = {}},
          IndexShape{.name = kByOwnerIndex, .hash = {"owner_shard"}, .range = created, .included = {}},
          IndexShape{
              .name = kByReferenceIndex, .hash = {"reference"}, .range = created, .included = {"owner"}}}};
}

Item key_of(const std::string& id) {
  return {{kKey, Value(id)}};
}

std::string shard_name(std::size_t shard) {
  return std::to_string(shard);
}

std::string owner_shard(std::size_t shard, std::string_view owner) {
  return fmt::format("{}#{}", shard, owner);
}

std::string created_key(core::SystemTime created_at, std::string_view id) {
  return fmt::format("{:020}#{}", core::unix_micros(created_at), id);
}

Result<Item> item_of(const Payment& payment, const crypto::Envelope& envelope, std::string write_id) {
  const PaymentState& state = payment.state();
  auto sealed = seal(envelope, state);
  if (!sealed) return fail(sealed);
  const std::size_t shard = shard_of(state.id);
  Item item{{"id", Value(state.id)},
            {"owner", Value(state.owner)},
            {"reference", Value(state.reference)},
            {"shard", Value(shard_name(shard))},
            {"owner_shard", Value(owner_shard(shard, state.owner))},
            {"created", Value(created_key(state.created_at, state.id))},
            {kDataKey, Value(Value::Bytes{std::move(sealed->data_key)})},
            {"payment_method", Value(Value::Bytes{std::move(sealed->payment_method)})},
            {"description", Value(Value::Bytes{std::move(sealed->description)})},
            {"writes", Value(Value::List{Value(std::move(write_id))})}};
  put_state(item, payment);
  return item;
}

Item changed_item(const Item& old, const Payment& payment, std::string write_id) {
  Item item = old;
  put_state(item, payment);
  const auto found = old.find("writes");
  const Value::List* before = found == old.end() ? nullptr : found->second.list();
  Value::List writes = before == nullptr ? Value::List{} : *before;
  if (writes.size() >= kWritesRemembered) {
    writes.erase(writes.begin(), writes.end() - static_cast<std::ptrdiff_t>(kWritesRemembered - 1));
  }
  writes.emplace_back(std::move(write_id));
  item.insert_or_assign("writes", Value(std::move(writes)));
  return item;
}

Result<Payment> payment_of(const Item& item, const crypto::Envelope& envelope) {
  const auto document = core::parse_json_object(text_of(item, "document"));
  if (!document) return broken(document.error().detail);
  auto state = payments::payment_of(*document);
  if (!state) return fail(state);
  if (integer_of(item, "version") != state->version) return broken("the version is not the document's");
  const SealedFields sealed{.data_key = bytes_of(item, kDataKey),
                            .payment_method = bytes_of(item, "payment_method"),
                            .description = bytes_of(item, "description")};
  if (auto opened = open(envelope, sealed, *state); !opened) return fail(opened);
  return Payment(std::move(*state));
}

std::size_t size_when_finished(const Item& item, const Payment& payment) {
  const auto open = std::ranges::count_if(payment.state().attempts, &Attempt::is_open);
  return storage::dynamodb::size_of(item) + static_cast<std::size_t>(open) * kRoomForVerdict;
}

bool is_written_by(const Item& item, std::string_view write_id) {
  const auto found = item.find("writes");
  const Value::List* writes = found == item.end() ? nullptr : found->second.list();
  return writes != nullptr && std::ranges::any_of(*writes, [write_id](const Value& write) {
           return write.text() != nullptr && *write.text() == write_id;
         });
}

std::string text_of(const Item& item, std::string_view attribute) {
  const auto found = item.find(attribute);
  const std::string* text = found == item.end() ? nullptr : found->second.text();
  return text == nullptr ? std::string{} : *text;
}

std::optional<std::int64_t> integer_of(const Item& item, std::string_view attribute) {
  const auto found = item.find(attribute);
  return found == item.end() ? std::nullopt : found->second.integer();
}

}  // namespace gatehouse::payments::payment_item
