#include "storage/dynamodb/table_shape.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/fields.hpp"
#include "runtime/timer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

constexpr std::chrono::milliseconds kFirstLook{50};
constexpr std::chrono::milliseconds kLongestPause{2'000};

std::string_view letter_of(AttributeType type) {
  switch (type) {
    case AttributeType::text:
      return "S";
    case AttributeType::number:
      return "N";
    case AttributeType::bytes:
      return "B";
  }
  return "S";
}

json::array key_schema(const KeyAttribute& hash, const KeyAttribute* range) {
  json::array schema{json::object{{"AttributeName", hash.name}, {"KeyType", "HASH"}}};
  if (range != nullptr) schema.push_back(json::object{{"AttributeName", range->name}, {"KeyType", "RANGE"}});
  return schema;
}

json::object projection_of(const IndexShape& index) {
  if (index.included.empty()) return {{"ProjectionType", "KEYS_ONLY"}};
  json::array names;
  for (const std::string& name : index.included) names.emplace_back(name);
  return {{"ProjectionType", "INCLUDE"}, {"NonKeyAttributes", std::move(names)}};
}

// ---- reading a description

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string{} : std::string(*text);
}

template <class Use>
void each_object(const json::object& object, std::string_view name, Use use) {
  const json::value* value = object.if_contains(name);
  const json::array* array = value == nullptr ? nullptr : value->if_array();
  if (array == nullptr) return;
  for (const json::value& element : *array) {
    if (const json::object* inner = element.if_object()) use(*inner);
  }
}

// "id:S" or "shard:S, next_check_at:N"
std::string keys_of(const json::object& described, const std::map<std::string, std::string>& types) {
  std::string hash;
  std::string range;
  each_object(described, "KeySchema", [&](const json::object& key) {
    const std::string name = text_of(key, "AttributeName");
    const auto type = types.find(name);
    std::string& part = text_of(key, "KeyType") == "RANGE" ? range : hash;
    part = fmt::format("{}:{}", name, type == types.end() ? "?" : type->second);
  });
  return range.empty() ? hash : hash + ", " + range;
}

std::string keys_of(const KeyAttribute& hash) {
  return fmt::format("{}:{}", hash.name, letter_of(hash.type));
}

std::set<std::string> included_in(const json::object& index) {
  std::set<std::string> names;
  const json::value* projection = index.if_contains("Projection");
  if (projection == nullptr || !projection->is_object()) return names;
  if (text_of(projection->get_object(), "ProjectionType") == "ALL") names.insert("*");
  const json::value* list = projection->get_object().if_contains("NonKeyAttributes");
  if (list == nullptr || !list->is_array()) return names;
  for (const json::value& name : list->get_array()) {
    if (name.is_string()) names.emplace(name.get_string());
  }
  return names;
}

std::string difference(const IndexShape& wanted, const json::object& index,
                       const std::map<std::string, std::string>& types) {
  const std::string keys = keys_of(index, types);
  const std::string wanted_keys = keys_of(wanted.hash) + ", " + keys_of(wanted.range);
  if (keys != wanted_keys)
    return fmt::format("index {} has the key ({}), not ({})", wanted.name, keys, wanted_keys);
  const auto included = included_in(index);
  for (const std::string& name : wanted.included) {
    if (!included.contains(name) && !included.contains("*"))
      return fmt::format("index {} does not include {}", wanted.name, name);
  }
  return {};
}

bool is_active(const json::object& described) {
  bool all_active = text_of(described, "TableStatus") != "CREATING";
  each_object(described, "GlobalSecondaryIndexes", [&](const json::object& index) {
    const std::string status = text_of(index, "IndexStatus");
    all_active = all_active && (status.empty() || status == "ACTIVE" || status == "UPDATING");
  });
  return all_active;
}

Awaitable<Result<json::object>> describe(Table& table, Deadline deadline) {
  json::object request{{"TableName", table.name()}};
  const auto answer = co_await table.client().call("DescribeTable", std::move(request), deadline);
  if (!answer) co_return fail(answer);
  const json::value* described = answer->if_contains("Table");
  if (described == nullptr || !described->is_object())
    co_return fail(ErrorKind::bad_upstream, "bad_dynamodb_answer", "no table described", Origin::upstream);
  co_return described->get_object();
}

Awaitable<Result<void>> create(Table& table, const TableShape& shape, Deadline deadline) {
  json::object request = create_request(table.name(), shape);
  const auto answer = co_await table.client().call("CreateTable", std::move(request), deadline);
  // In use: another instance was quicker.
  if (!answer && answer.error().reason != "dynamodb_table_in_use") co_return fail(answer);
  if (answer) log::info("table-created", table.name());
  co_return Result<void>{};
}

}  // namespace

json::object create_request(const std::string& table, const TableShape& shape) {
  std::map<std::string, AttributeType> attributes{{shape.hash.name, shape.hash.type}};
  json::array indexes;
  for (const IndexShape& index : shape.indexes) {
    attributes[index.hash.name] = index.hash.type;
    attributes[index.range.name] = index.range.type;
    indexes.push_back(json::object{{"IndexName", index.name},
                                   {"KeySchema", key_schema(index.hash, &index.range)},
                                   {"Projection", projection_of(index)}});
  }
  json::array definitions;
  for (const auto& [name, type] : attributes) {
    definitions.push_back(json::object{{"AttributeName", name}, {"AttributeType", letter_of(type)}});
  }
  json::object request{{"TableName", table},
                       {"BillingMode", "PAY_PER_REQUEST"},
                       {"AttributeDefinitions", std::move(definitions)},
                       {"KeySchema", key_schema(shape.hash, nullptr)}};
  if (!indexes.empty()) request["GlobalSecondaryIndexes"] = std::move(indexes);
  return request;
}

std::string difference(const TableShape& shape, const json::object& description) {
  std::map<std::string, std::string> types;
  each_object(description, "AttributeDefinitions", [&](const json::object& attribute) {
    types[text_of(attribute, "AttributeName")] = text_of(attribute, "AttributeType");
  });
  if (const std::string keys = keys_of(description, types); keys != keys_of(shape.hash))
    return fmt::format("the key is ({}), not ({})", keys, keys_of(shape.hash));
  for (const IndexShape& wanted : shape.indexes) {
    std::optional<std::string> found;
    each_object(description, "GlobalSecondaryIndexes", [&](const json::object& index) {
      if (text_of(index, "IndexName") == wanted.name) found = difference(wanted, index, types);
    });
    if (!found) return fmt::format("there is no index {}", wanted.name);
    if (!found->empty()) return *found;
  }
  return {};
}

Awaitable<Result<void>> prepare(Table& table, TableShape shape, WhenMissing when_missing, Deadline deadline) {
  bool may_create = when_missing == WhenMissing::create;
  for (std::chrono::milliseconds pause = kFirstLook;; pause = std::min(pause * 2, kLongestPause)) {
    const auto described = co_await describe(table, deadline);
    if (described) {
      const std::string differs = difference(shape, *described);
      if (!differs.empty())
        co_return fail(ErrorKind::internal, "dynamodb_table_differs",
                       fmt::format("table {}: {}", table.name(), differs));
      if (is_active(*described)) co_return Result<void>{};
    } else if (described.error().reason != "dynamodb_table_missing" || when_missing == WhenMissing::refuse) {
      co_return fail(described);
    } else if (std::exchange(may_create, false)) {
      const auto created = co_await create(table, shape, deadline);
      if (!created) co_return created;
    }
    if (deadline.remaining() <= pause)
      co_return fail(ErrorKind::unavailable, "dynamodb_table_not_active", table.name(), Origin::upstream);
    const auto slept = co_await runtime::sleep_for(pause);
    if (!slept) co_return slept;
  }
}

}  // namespace gatehouse::storage::dynamodb
