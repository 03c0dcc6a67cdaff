// DynamoDB: the table and its shape from DescribeTable; the rights by reading an item that is not there, and
// by writes under a condition that no item meets. The service has no version but that of its API, and tells
// its clock only when it refuses a signature for its time.
#include <algorithm>

#include <fmt/format.h>

#include "check/endpoint.hpp"
#include "storage/dynamodb/options.hpp"
#include "storage/dynamodb/table.hpp"

namespace gatehouse::check {
namespace {

namespace dynamodb = storage::dynamodb;

constexpr std::string_view kApiVersion = "2012-08-10";

bool is_missing(const Error& error) {
  return error.reason == "dynamodb_table_missing";
}

dynamodb::Value sample_of(dynamodb::AttributeType type) {
  switch (type) {
    case dynamodb::AttributeType::text:
      return "gatehouse:check";
    case dynamodb::AttributeType::number:
      return std::int64_t{0};
    case dynamodb::AttributeType::bytes:
      return dynamodb::Value::Bytes{"gatehouse:check"};
  }
  return {};
}

dynamodb::Item key_of(const dynamodb::KeyAttribute& hash) {
  return {{hash.name, sample_of(hash.type)}};
}

// No item has its key and has it not.
dynamodb::Expression never(const dynamodb::TableShape& shape) {
  return {.text = "attribute_exists(#key) AND attribute_not_exists(#key)",
          .names = {{"#key", shape.hash.name}}};
}

template <class T>
void judge_right(const Result<T>& outcome, std::string right, Findings& findings) {
  if (outcome || outcome.error().reason == "dynamodb_condition_failed") return;
  if (outcome.error().reason == "dynamodb_access_denied") {
    findings.missing_rights.push_back(std::move(right));
  } else {
    findings.problems.push_back(fmt::format("{}: {}", right, words_of(outcome.error())));
  }
}

Awaitable<> try_item_rights(dynamodb::Table& table, const dynamodb::TableShape& shape, Deadline deadline,
                            Findings& findings) {
  const dynamodb::Item key = key_of(shape.hash);
  const auto got = co_await table.get(key, deadline);
  judge_right(got, "dynamodb:GetItem", findings);
  std::vector<dynamodb::Item> keys{key};
  const auto got_all = co_await table.get_all(std::move(keys), deadline);
  judge_right(got_all, "dynamodb:BatchGetItem", findings);
  dynamodb::Scan scan{.attributes = {shape.hash.name}, .after = {}, .limit = 1};
  const auto scanned = co_await table.scan(std::move(scan), deadline);
  judge_right(scanned, "dynamodb:Scan", findings);
  dynamodb::Expression condition = never(shape);
  const auto put = co_await table.put(key, condition, deadline);
  judge_right(put, "dynamodb:PutItem", findings);
  condition.names.emplace("#check", "gatehouse_check");
  std::string change = "REMOVE #check";
  const auto updated = co_await table.update(key, std::move(change), std::move(condition), 0, deadline);
  judge_right(updated, "dynamodb:UpdateItem", findings);
}

Awaitable<> try_index_rights(dynamodb::Table& table, const dynamodb::TableShape& shape, Deadline deadline,
                             Findings& findings) {
  for (const dynamodb::IndexShape& index : shape.indexes) {
    dynamodb::Query query{.index = index.name,
                          .key = {.text = "#key = :key",
                                  .names = {{"#key", index.hash.name}},
                                  .values = {{":key", sample_of(index.hash.type)}}},
                          .limit = 1};
    const auto found = co_await table.query(std::move(query), deadline);
    judge_right(found, fmt::format("dynamodb:Query on the index {}", index.name), findings);
  }
}

// A table that is not there yet is no problem where the role may make it.
Awaitable<> look_up(dynamodb::Table& table, const dynamodb::TableShape& shape,
                    dynamodb::WhenMissing when_missing, Deadline deadline, Findings& findings) {
  json::object request{{"TableName", table.name()}};
  const auto described = co_await table.client().call("DescribeTable", std::move(request), deadline);
  const bool will_be_made =
      !described && is_missing(described.error()) && when_missing == dynamodb::WhenMissing::create;
  if (will_be_made) co_return;
  if (!described && is_missing(described.error())) {
    findings.problems.push_back(fmt::format(
        "there is no table {}, and \"create_table\" does not let the role make it", table.name()));
    co_return;
  }
  judge_right(described, "dynamodb:DescribeTable", findings);
  if (!described) co_return;
  const json::value* description = described->if_contains("Table");
  const std::string differs = description != nullptr && description->is_object()
                                  ? dynamodb::difference(shape, description->get_object())
                                  : "its description cannot be read";
  if (differs.empty()) {
    co_await try_item_rights(table, shape, deadline, findings);
    co_await try_index_rights(table, shape, deadline, findings);
  } else {
    findings.problems.push_back(fmt::format("table {}: {}", table.name(), differs));
  }
}

Result<dynamodb::TableShape> shape_for(std::string_view role, const Surroundings& around) {
  const auto known = std::ranges::find(around.roles, role, &KnownRole::name);
  if (known != around.roles.end() && known->table_on_dynamodb != nullptr) return known->table_on_dynamodb();
  return fail(ErrorKind::invalid, "invalid_field",
              fmt::format("the role {} keeps nothing on DynamoDB", role));
}

Awaitable<Result<void>> ask(const dynamodb::Options& options, const dynamodb::TableShape& shape,
                            const Surroundings& around, Findings& findings) {
  const auto deadline = Deadline::after(around.patience);
  const auto client_options = options.client();
  if (!client_options) co_return fail(client_options);
  co_await look_at(client_options->endpoint, deadline, findings);
  if (!findings.is_reachable) co_return Result<void>{};
  findings.version = kApiVersion;
  telemetry::Metrics metrics;
  BlockingPool pool("check", {.threads = 1});
  auto credentials =
      dynamodb::credential_source(options.credentials, dynamodb::process_environment, around.http, pool);
  dynamodb::Client client(around.http, *client_options, std::move(credentials), around.clock, metrics);
  dynamodb::Table table(client, options.table);
  co_await look_up(table, shape, options.when_missing, deadline, findings);
  if (client.skew() != std::chrono::seconds{0}) findings.clock_skew = client.skew();
  co_return Result<void>{};
}

}  // namespace

Awaitable<Findings> probe_dynamodb(Mention mention, Surroundings around) {
  Findings findings;
  const auto options =
      dynamodb::Options::from_json(mention.settings, mention.path, secrets_of(mention, around));
  const auto shape = shape_for(mention.role, around);
  Result<void> asked = options ? Result<void>{} : fail(options);
  if (asked && !shape) asked = fail(shape);
  if (asked) asked = co_await ask(*options, *shape, around, findings);
  if (!asked) findings.problems.push_back(words_of(asked.error()));
  co_return findings;
}

}  // namespace gatehouse::check
