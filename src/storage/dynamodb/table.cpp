#include "storage/dynamodb/table.hpp"

#include <fmt/format.h>

#include "runtime/timer.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

constexpr std::size_t kWritesAtOnce = 25;  // of one BatchWriteItem

std::unexpected<Error> bad_answer(std::string_view why) {
  return fail(ErrorKind::bad_upstream, "bad_dynamodb_answer", std::string(why), Origin::upstream);
}

// DynamoDB refuses names and values that no expression uses, and empty maps of them.
void add_terms(json::object& request, const Expression& expression) {
  if (!expression.names.empty()) {
    json::object names;
    for (const auto& [name, attribute] : expression.names) names[name] = attribute;
    request["ExpressionAttributeNames"] = std::move(names);
  }
  if (!expression.values.empty()) request["ExpressionAttributeValues"] = to_json(expression.values);
}

json::object request_of(const Query& query, const std::string& table) {
  json::object request{{"TableName", table},
                       {"KeyConditionExpression", query.key.text},
                       {"ScanIndexForward", query.order == Query::Order::ascending}};
  if (!query.index.empty()) request["IndexName"] = query.index;
  if (!query.filter.empty()) request["FilterExpression"] = query.filter;
  add_terms(request, query.key);
  return request;
}

Result<void> append_items(const json::value* list, std::vector<Item>& items) {
  const json::array* array = list == nullptr ? nullptr : list->if_array();
  if (array == nullptr) return bad_answer("no list of items");
  for (const json::value& document : *array) {
    auto item = item_of(document);
    if (!item) return fail(item);
    items.push_back(std::move(*item));
  }
  return {};
}

// Moves to the next page; false at the end.
bool turn_page(const json::object& answer, json::object& request) {
  const json::value* last = answer.if_contains("LastEvaluatedKey");
  if (last == nullptr || last->is_null()) return false;
  request["ExclusiveStartKey"] = *last;
  return true;
}

// The keys of this table that the server left over, as the next request's.
json::array left_over(const json::object& answer, const std::string& table) {
  const json::value* all = answer.if_contains("UnprocessedKeys");
  const json::object* tables = all == nullptr ? nullptr : all->if_object();
  const json::value* ours = tables == nullptr ? nullptr : tables->if_contains(table);
  const json::object* object = ours == nullptr ? nullptr : ours->if_object();
  const json::value* keys = object == nullptr ? nullptr : object->if_contains("Keys");
  const json::array* list = keys == nullptr ? nullptr : keys->if_array();
  return list == nullptr ? json::array{} : *list;
}

// The writes that the server left over.
json::array unwritten(const json::object& answer, const std::string& table) {
  const json::value* all = answer.if_contains("UnprocessedItems");
  const json::object* tables = all == nullptr ? nullptr : all->if_object();
  const json::value* ours = tables == nullptr ? nullptr : tables->if_contains(table);
  const json::array* list = ours == nullptr ? nullptr : ours->if_array();
  return list == nullptr ? json::array{} : *list;
}

const json::value* responses_of(const json::object& answer, const std::string& table) {
  const json::value* all = answer.if_contains("Responses");
  const json::object* tables = all == nullptr ? nullptr : all->if_object();
  return tables == nullptr ? nullptr : tables->if_contains(table);
}

}  // namespace

Result<void> Table::check_size(std::size_t size) const {
  if (size <= limits_.item_bytes_max) return {};
  return fail(ErrorKind::too_large, "item_too_large",
              fmt::format("an item of {} bytes; {} are allowed", size, limits_.item_bytes_max));
}

Awaitable<Result<std::optional<Item>>> Table::get(Item key, Deadline deadline) {
  json::object request{{"TableName", name_}, {"Key", to_json(key)}, {"ConsistentRead", true}};
  const auto answer = co_await client_.call("GetItem", std::move(request), deadline);
  if (!answer) co_return fail(answer);
  const json::value* document = answer->if_contains("Item");
  if (document == nullptr) co_return std::optional<Item>{};
  auto item = item_of(*document);
  if (!item) co_return fail(item);
  co_return std::optional<Item>(std::move(*item));
}

Awaitable<Result<std::vector<Item>>> Table::get_all(std::vector<Item> keys, Deadline deadline) {
  std::vector<Item> items;
  json::array wanted;
  for (const Item& key : keys) wanted.push_back(to_json(key));
  for (std::size_t round = 0; !wanted.empty(); ++round) {
    if (round == limits_.batch_rounds_max) {
      co_return fail(ErrorKind::unavailable, "dynamodb_throttled", "a batch is never whole",
                     Origin::upstream);
    }
    json::object of_table{{"Keys", std::move(wanted)}, {"ConsistentRead", true}};
    json::object request{{"RequestItems", json::object{{name_, std::move(of_table)}}}};
    const auto answer = co_await client_.call("BatchGetItem", std::move(request), deadline);
    if (!answer) co_return fail(answer);
    if (auto appended = append_items(responses_of(*answer, name_), items); !appended)
      co_return fail(appended);
    wanted = left_over(*answer, name_);
    if (wanted.empty()) break;
    const auto slept = co_await runtime::sleep_for(std::chrono::milliseconds{20} * (round + 1));
    if (!slept) co_return fail(slept);
  }
  co_return items;
}

Awaitable<Result<void>> Table::put(Item item, Expression condition, Deadline deadline) {
  if (auto fits = check_size(size_of(item)); !fits) co_return fits;
  json::object request{
      {"TableName", name_}, {"Item", to_json(item)}, {"ConditionExpression", condition.text}};
  add_terms(request, condition);
  const auto answer = co_await client_.call("PutItem", std::move(request), deadline);
  if (!answer) co_return fail(answer);
  co_return Result<void>{};
}

Awaitable<Result<void>> Table::write_batch(json::array writes, Deadline deadline) {
  for (std::size_t round = 0; round < limits_.batch_rounds_max; ++round) {
    json::object request{{"RequestItems", json::object{{name_, std::move(writes)}}}};
    const auto answer = co_await client_.call("BatchWriteItem", std::move(request), deadline);
    if (!answer) co_return fail(answer);
    writes = unwritten(*answer, name_);
    if (writes.empty()) co_return Result<void>{};
    const auto slept = co_await runtime::sleep_for(std::chrono::milliseconds{20} * (round + 1));
    if (!slept) co_return fail(slept);
  }
  co_return fail(ErrorKind::unavailable, "dynamodb_throttled", "a batch is never whole", Origin::upstream);
}

Awaitable<Result<void>> Table::write_all(json::array writes, Deadline deadline) {
  json::array batch;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    batch.push_back(std::move(writes[i]));
    if (batch.size() < kWritesAtOnce && i + 1 < writes.size()) continue;
    auto written = co_await write_batch(std::exchange(batch, {}), deadline);
    if (!written) co_return written;
  }
  co_return Result<void>{};
}

Awaitable<Result<void>> Table::put_all(std::vector<Item> items, Deadline deadline) {
  json::array writes;
  for (const Item& item : items) {
    if (auto fits = check_size(size_of(item)); !fits) co_return fits;
    writes.push_back(json::object{{"PutRequest", json::object{{"Item", to_json(item)}}}});
  }
  co_return co_await write_all(std::move(writes), deadline);
}

Awaitable<Result<void>> Table::remove_all(std::vector<Item> keys, Deadline deadline) {
  json::array writes;
  for (const Item& key : keys)
    writes.push_back(json::object{{"DeleteRequest", json::object{{"Key", to_json(key)}}}});
  co_return co_await write_all(std::move(writes), deadline);
}

Awaitable<Result<void>> Table::update(Item key, std::string update, Expression condition, std::size_t size,
                                      Deadline deadline) {
  if (auto fits = check_size(size); !fits) co_return fits;
  json::object request{{"TableName", name_},
                       {"Key", to_json(key)},
                       {"UpdateExpression", std::move(update)},
                       {"ConditionExpression", condition.text}};
  add_terms(request, condition);
  const auto answer = co_await client_.call("UpdateItem", std::move(request), deadline);
  if (!answer) co_return fail(answer);
  co_return Result<void>{};
}

Awaitable<Result<std::vector<Item>>> Table::query(Query query, Deadline deadline) {
  json::object request = request_of(query, name_);
  std::vector<Item> items;
  for (std::size_t page = 0; page < limits_.pages_max; ++page) {
    // Without a filter the server needs to read no more than is wanted.
    if (query.filter.empty()) request["Limit"] = query.limit - items.size();
    const auto answer = co_await client_.call("Query", request, deadline);
    if (!answer) co_return fail(answer);
    if (auto appended = append_items(answer->if_contains("Items"), items); !appended)
      co_return fail(appended);
    if (items.size() >= query.limit || !turn_page(*answer, request)) {
      items.resize(std::min(items.size(), query.limit));
      co_return items;
    }
  }
  co_return fail(ErrorKind::unavailable, "query_too_long", query.index);
}

Awaitable<Result<std::int64_t>> Table::count(Query query, Deadline deadline) {
  json::object request = request_of(query, name_);
  request["Select"] = "COUNT";
  std::int64_t counted = 0;
  for (std::size_t page = 0; page < limits_.pages_max; ++page) {
    const auto answer = co_await client_.call("Query", request, deadline);
    if (!answer) co_return fail(answer);
    const json::value* count = answer->if_contains("Count");
    if (count == nullptr || !count->is_int64()) co_return bad_answer("no count");
    counted += count->get_int64();
    if (!turn_page(*answer, request)) co_return counted;
  }
  co_return fail(ErrorKind::unavailable, "query_too_long", query.index);
}

Awaitable<Result<ScanPage>> Table::scan(Scan scan, Deadline deadline) {
  json::object request{{"TableName", name_}, {"ConsistentRead", true}, {"Limit", scan.limit}};
  json::object names;
  std::string wanted;
  for (const std::string& attribute : scan.attributes) {
    const std::string name = fmt::format("#a{}", names.size());
    wanted += (wanted.empty() ? "" : ", ") + name;
    names[name] = attribute;
  }
  request["ProjectionExpression"] = std::move(wanted);
  request["ExpressionAttributeNames"] = std::move(names);
  if (!scan.after.empty()) request["ExclusiveStartKey"] = to_json(scan.after);
  const auto answer = co_await client_.call("Scan", std::move(request), deadline);
  if (!answer) co_return fail(answer);
  ScanPage page;
  if (auto appended = append_items(answer->if_contains("Items"), page.items); !appended)
    co_return fail(appended);
  const json::value* last = answer->if_contains("LastEvaluatedKey");
  if (last == nullptr || last->is_null()) co_return page;
  auto next = item_of(*last);
  if (!next) co_return fail(next);
  page.next = std::move(*next);
  co_return page;
}

}  // namespace gatehouse::storage::dynamodb
