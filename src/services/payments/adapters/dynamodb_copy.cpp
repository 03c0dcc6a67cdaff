#include "services/payments/adapters/dynamodb_copy.hpp"

#include <algorithm>
#include <map>

#include "core/fields.hpp"
#include "core/ids.hpp"
#include "data_copy/canonical.hpp"
#include "services/payments/adapters/payment_content.hpp"

namespace gatehouse::payments {
namespace {

namespace dynamodb = storage::dynamodb;
using data_copy::Record;
using dynamodb::Item;
using dynamodb::Value;

constexpr std::size_t kKeysAtOnce = 500;   // of one shard
constexpr std::size_t kItemsAtOnce = 100;  // of one BatchGetItem
constexpr std::size_t kDigitsOfTime = 20;  // then '#' and the id: payment_item::created_key
constexpr std::size_t kWriteIdBytes = 9;
constexpr std::chrono::milliseconds kPageMayTake{120'000};

std::string id_in(const std::string& key) {
  return key.size() > kDigitsOfTime ? key.substr(kDigitsOfTime + 1) : std::string{};
}

Result<Record> record_of(const std::string& key, const Item& item, const crypto::Envelope& envelope) {
  Record record{.key = key};
  const auto payment = payment_item::payment_of(item, envelope);
  if (payment) record.content = data_copy::canonical(content_of(payment->state()));
  const bool is_alone = !payment && (data_copy::is_damaged(payment.error()) ||
                                     payment.error().reason == "stored_payment_broken");
  if (!payment && !is_alone) return fail(payment);
  return record;
}

}  // namespace

void DynamodbPayments::begin_after(const std::string& key) {
  if (!key.empty() && key == after_) return;
  shards_.fill({.ahead = {}, .after = key});
}

Awaitable<Result<void>> DynamodbPayments::fill(std::size_t number) {
  Shard& shard = shards_.at(number);
  if (!shard.ahead.empty() || shard.is_at_end) co_return Result<void>{};
  dynamodb::Query query{.index = payment_item::kByTimeIndex,
                        .key = {.text = "#shard = :shard",
                                .names = {{"#shard", "shard"}},
                                .values = {{":shard", Value(payment_item::shard_name(number))}}},
                        .filter = {},
                        .limit = kKeysAtOnce};
  if (!shard.after.empty()) {
    query.key.text += " AND #created > :after";
    query.key.names["#created"] = "created";
    query.key.values.emplace(":after", shard.after);
  }
  const auto entries = co_await table_.query(std::move(query), Deadline::after(kPageMayTake));
  if (!entries) co_return fail(entries);
  shard.is_at_end = entries->size() < kKeysAtOnce;
  for (const Item& entry : *entries) shard.ahead.push_back(payment_item::text_of(entry, "created"));
  if (!shard.ahead.empty()) shard.after = shard.ahead.back();
  co_return Result<void>{};
}

Awaitable<Result<std::vector<std::string>>> DynamodbPayments::next_keys(std::size_t limit) {
  std::vector<std::string> keys;
  while (keys.size() < limit) {
    Shard* first = nullptr;
    for (std::size_t number = 0; number < shards_.size(); ++number) {
      if (auto filled = co_await fill(number); !filled) co_return fail(filled);
      Shard& shard = shards_.at(number);
      const bool is_first =
          !shard.ahead.empty() && (first == nullptr || shard.ahead.front() < first->ahead.front());
      if (is_first) first = &shard;
    }
    if (first == nullptr) break;
    keys.push_back(std::move(first->ahead.front()));
    first->ahead.pop_front();
  }
  if (!keys.empty()) after_ = keys.back();
  co_return keys;
}

Awaitable<Result<std::vector<Record>>> DynamodbPayments::read(std::string after, std::size_t limit) {
  begin_after(after);
  std::vector<Record> records;
  // An entry whose item is gone is no record: another takes its place, for a short page is the end.
  while (records.size() < limit) {
    const auto keys = co_await next_keys(std::min(limit - records.size(), kItemsAtOnce));
    if (!keys) co_return fail(keys);
    if (keys->empty()) break;
    std::vector<Item> wanted;
    for (const std::string& key : *keys) wanted.push_back(payment_item::key_of(id_in(key)));
    const auto items = co_await table_.get_all(std::move(wanted), Deadline::after(kPageMayTake));
    if (!items) co_return fail(items);
    std::map<std::string, const Item*> by_key;
    for (const Item& item : *items) by_key.emplace(payment_item::text_of(item, "created"), &item);
    for (const std::string& key : *keys) {
      const auto found = by_key.find(key);
      if (found == by_key.end()) continue;
      auto record = record_of(key, *found->second, envelope_);
      if (!record) co_return fail(record);
      records.push_back(std::move(*record));
    }
  }
  co_return records;
}

Awaitable<Result<void>> DynamodbPayments::write(std::vector<Record> records) {
  std::vector<Item> items;
  for (const Record& record : records) {
    auto content = core::parse_json_object(record.content);
    if (!content) co_return fail(content);
    const auto payment = payment_in(std::move(*content));
    if (!payment) co_return fail(payment);
    auto item = payment_item::item_of(*payment, envelope_, core::random_token(kWriteIdBytes));
    if (!item) co_return fail(item);
    items.push_back(std::move(*item));
  }
  co_return co_await table_.put_all(std::move(items), Deadline::after(kPageMayTake));
}

Awaitable<Result<void>> DynamodbPayments::remove(std::vector<std::string> keys) {
  std::vector<Item> items;
  for (const std::string& key : keys) items.push_back(payment_item::key_of(id_in(key)));
  co_return co_await table_.remove_all(std::move(items), Deadline::after(kPageMayTake));
}

}  // namespace gatehouse::payments
