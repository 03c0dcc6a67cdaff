#include "services/payments/adapters/dynamodb_payment_store.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "core/ids.hpp"
#include "services/payments/adapters/payment_item.hpp"

namespace gatehouse::payments {
namespace {

namespace dynamodb = storage::dynamodb;
using dynamodb::Expression;
using dynamodb::Item;
using dynamodb::Query;
using dynamodb::Value;

constexpr std::size_t kBatchMax = 100;  // keys of one BatchGetItem
constexpr std::size_t kWriteIdBytes = 9;
constexpr std::size_t kMadeHereMax = 1'024;  // more than are at the provider at a time

std::unexpected<Error> version_conflict() {
  return refuse(ErrorKind::conflict, "version_conflict");
}
std::unexpected<Error> payment_too_large() {
  return refuse(ErrorKind::unprocessable, "payment_too_large", "this payment can take no more changes");
}
std::unexpected<Error> not_found() {
  return refuse(ErrorKind::not_found, "payment_not_found");
}

// Whether only the item can tell what became of the write.
bool needs_look(const Error& write) {
  return write.reason == "dynamodb_condition_failed" || !write.safe_to_retry;
}

Query due_query(std::size_t shard, core::SystemTime now, std::size_t limit) {
  Expression key{.text = "#shard = :shard AND #due <= :now",
                 .names = {{"#shard", "shard"}, {"#due", "next_check_at"}},
                 .values = {{":shard", Value(payment_item::shard_name(shard))},
                            {":now", Value(core::unix_micros(now))}}};
  return {.index = payment_item::kDueIndex, .key = std::move(key), .filter = {}, .limit = limit};
}

Query unknown_query(std::size_t shard) {
  Expression key{.text = "#shard = :shard",
                 .names = {{"#shard", "shard"}, {"#status", "status"}},
                 .values = {{":shard", Value(payment_item::shard_name(shard))},
                            {":unknown", Value(std::string(name_of(Status::unknown)))}}};
  return {.index = payment_item::kDueIndex, .key = std::move(key), .filter = "#status = :unknown"};
}

// One entry more than the page: to know whether there is another.
Query list_query(const ListQuery& wanted, std::string index, std::string hash, std::string hash_value) {
  Query query{.index = std::move(index),
              .key = {.text = "#hash = :hash",
                      .names = {{"#hash", std::move(hash)}},
                      .values = {{":hash", Value(std::move(hash_value))}}},
              .filter = {},
              .order = Query::Order::descending,
              .limit = wanted.limit + 1};
  if (wanted.after) {
    query.key.text += " AND #created < :after";
    query.key.names["#created"] = "created";
    query.key.values.emplace(":after", payment_item::created_key(wanted.after->created_at, wanted.after->id));
  }
  return query;
}

std::vector<Query> list_queries(const ListQuery& wanted) {
  if (wanted.reference) {
    Query query = list_query(wanted, payment_item::kByReferenceIndex, "reference", *wanted.reference);
    if (wanted.owner) {
      query.filter = "#owner = :owner";
      query.key.names["#owner"] = "owner";
      query.key.values.emplace(":owner", *wanted.owner);
    }
    return {query};
  }
  std::vector<Query> queries;
  for (std::size_t shard = 0; shard < payment_item::kShards; ++shard) {
    queries.push_back(wanted.owner ? list_query(wanted, payment_item::kByOwnerIndex, "owner_shard",
                                                payment_item::owner_shard(shard, *wanted.owner))
                                   : list_query(wanted, payment_item::kByTimeIndex, "shard",
                                                payment_item::shard_name(shard)));
  }
  return queries;
}

Expression change_of(const Item& item, std::int64_t version) {
  Expression expression{.text = "#version = :before",
                        .names = {{"#version", "version"},
                                  {"#status", "status"},
                                  {"#document", "document"},
                                  {"#writes", "writes"},
                                  {"#due", "next_check_at"}},
                        .values = {{":before", Value(version)}}};
  for (const auto& [value, attribute] : std::map<std::string, std::string>{{":version", "version"},
                                                                           {":status", "status"},
                                                                           {":document", "document"},
                                                                           {":writes", "writes"},
                                                                           {":due", "next_check_at"}}) {
    if (const auto found = item.find(attribute); found != item.end())
      expression.values.emplace(value, found->second);
  }
  return expression;
}

std::string update_of(const Item& item) {
  std::string update = "SET #version = :version, #status = :status, #document = :document, #writes = :writes";
  update += item.contains("next_check_at") ? ", #due = :due" : " REMOVE #due";
  return update;
}

}  // namespace

dynamodb::TableShape DynamodbPaymentStore::shape() {
  return payment_item::shape();
}

Result<Deadline> DynamodbPaymentStore::begin() const {
  if (is_ready_) return Deadline::after(call_timeout_);
  Error error(ErrorKind::unavailable, "payment_store_not_ready");
  error.safe_to_retry = true;
  return std::unexpected(std::move(error));
}

Awaitable<Result<std::optional<Item>>> DynamodbPaymentStore::read_back(const Error& write, std::string id) {
  if (!needs_look(write)) co_return fail(Result<void>(std::unexpected(write)));
  Item key = payment_item::key_of(id);
  // A time of its own: the write may have used up all of the other.
  auto item = co_await table_.get(std::move(key), Deadline::after(call_timeout_));
  co_return item;
}

Awaitable<Result<Created>> DynamodbPaymentStore::create(Payment payment) {
  const auto deadline = begin();
  if (!deadline) co_return fail(deadline);
  if (auto sound = payment.check_invariants(); !sound) co_return fail(sound);
  const std::string write_id = core::random_token(kWriteIdBytes);
  auto item = payment_item::item_of(payment, envelope_, write_id);
  if (!item) co_return fail(item);
  Expression is_free{.text = "attribute_not_exists(#id)", .names = {{"#id", "id"}}};
  Item sent = *item;
  const auto put = co_await table_.put(std::move(sent), std::move(is_free), *deadline);
  if (put) {
    if (made_here_.size() >= kMadeHereMax) made_here_.clear();
    made_here_.insert_or_assign(payment.state().id, std::move(*item));
    co_return Created{.payment = std::move(payment), .is_new = true};
  }

  const auto stored = co_await read_back(put.error(), payment.state().id);
  if (!stored || !*stored) co_return fail(put);
  auto existing = payment_item::payment_of(**stored, envelope_);
  if (!existing) co_return fail(existing);
  const bool is_ours = payment_item::is_written_by(**stored, write_id);
  co_return Created{.payment = std::move(*existing), .is_new = is_ours};
}

Awaitable<Result<Payment>> DynamodbPaymentStore::get(std::string id, Owner owner) {
  const auto deadline = begin();
  if (!deadline) co_return fail(deadline);
  Item key = payment_item::key_of(id);
  const auto item = co_await table_.get(std::move(key), *deadline);
  if (!item) co_return fail(item);
  if (!*item || (owner && payment_item::text_of(**item, "owner") != *owner)) co_return not_found();
  co_return payment_item::payment_of(**item, envelope_);
}

Awaitable<Result<std::optional<Item>>> DynamodbPaymentStore::item_to_change(std::string id,
                                                                            std::int64_t version,
                                                                            Deadline deadline) {
  auto made = made_here_.extract(id);
  if (!made.empty() && payment_item::integer_of(made.mapped(), "version") == version)
    co_return std::optional(std::move(made.mapped()));
  Item key = payment_item::key_of(id);
  co_return co_await table_.get(std::move(key), deadline);
}

Awaitable<Result<Payment>> DynamodbPaymentStore::update(Payment payment, Change change) {
  const auto deadline = begin();
  if (!deadline) co_return fail(deadline);
  const std::int64_t version = payment.state().version;
  auto item = co_await item_to_change(payment.state().id, version, *deadline);
  if (!item) co_return fail(item);
  if (!*item) co_return not_found();
  if (payment_item::integer_of(**item, "version") != version) co_return version_conflict();
  const std::size_t attempts_before = payment.state().attempts.size();
  payment.advance_version();
  if (auto done = change(payment); !done) co_return fail(done);
  if (auto sound = payment.check_invariants(); !sound) co_return fail(sound);
  const Growth growth =
      payment.state().attempts.size() > attempts_before ? Growth::begins_attempt : Growth::none;
  co_return co_await replace(std::move(**item), std::move(payment), growth, *deadline);
}

Awaitable<Result<Payment>> DynamodbPaymentStore::replace(Item old, Payment changed, Growth growth,
                                                         Deadline deadline) {
  const std::string id = changed.state().id;
  const std::string write_id = core::random_token(kWriteIdBytes);
  const Item item = payment_item::changed_item(old, changed, write_id);
  const std::int64_t before = payment_item::integer_of(old, "version").value_or(0);
  const std::size_t size = growth == Growth::begins_attempt ? payment_item::size_when_finished(item, changed)
                                                            : dynamodb::size_of(item);
  Item key = payment_item::key_of(id);
  Expression condition = change_of(item, before);
  const auto updated =
      co_await table_.update(std::move(key), update_of(item), std::move(condition), size, deadline);
  if (updated) co_return changed;
  if (updated.error().reason == "item_too_large") co_return payment_too_large();

  const auto stored = co_await read_back(updated.error(), id);
  if (!stored || !*stored) co_return fail(updated);
  if (payment_item::is_written_by(**stored, write_id)) co_return changed;
  // Another was quicker. As long as the version is the old one, ours may still be on its way.
  if (payment_item::integer_of(**stored, "version") != before) co_return version_conflict();
  co_return fail(updated);
}

Awaitable<Result<std::vector<Item>>> DynamodbPaymentStore::entries_of(std::vector<Query> queries,
                                                                      Deadline deadline) {
  std::vector<Item> all;
  for (Query& query : queries) {
    auto found = co_await table_.query(std::move(query), deadline);
    if (!found) co_return found;
    std::ranges::move(*found, std::back_inserter(all));
  }
  co_return all;
}

Awaitable<Result<std::vector<Payment>>> DynamodbPaymentStore::payments_of(std::vector<Item> entries,
                                                                          Deadline deadline) {
  // An entry that moves while pages are turned is seen twice.
  std::set<std::string> seen;
  std::erase_if(entries, [&seen](const Item& entry) {
    return !seen.insert(payment_item::text_of(entry, "id")).second;
  });
  std::map<std::string, Item> by_id;
  for (std::size_t first = 0; first < entries.size(); first += kBatchMax) {
    std::vector<Item> keys;
    for (std::size_t i = first; i < std::min(entries.size(), first + kBatchMax); ++i) {
      keys.push_back(payment_item::key_of(payment_item::text_of(entries[i], "id")));
    }
    auto items = co_await table_.get_all(std::move(keys), deadline);
    if (!items) co_return fail(items);
    for (Item& item : *items) by_id.insert_or_assign(payment_item::text_of(item, "id"), std::move(item));
  }
  std::vector<Payment> payments;
  for (const Item& entry : entries) {
    const auto found = by_id.find(payment_item::text_of(entry, "id"));
    if (found == by_id.end()) continue;
    auto payment = payment_item::payment_of(found->second, envelope_);
    if (!payment) co_return fail(payment);
    payments.push_back(std::move(*payment));
  }
  co_return payments;
}

Awaitable<Result<std::vector<Payment>>> DynamodbPaymentStore::due(core::SystemTime now, std::size_t limit) {
  const auto deadline = begin();
  if (!deadline) co_return fail(deadline);
  std::vector<Query> queries;
  for (std::size_t shard = 0; shard < payment_item::kShards; ++shard)
    queries.push_back(due_query(shard, now, limit));
  auto entries = co_await entries_of(std::move(queries), *deadline);
  if (!entries) co_return fail(entries);
  std::ranges::sort(*entries, {},
                    [](const Item& entry) { return payment_item::integer_of(entry, "next_check_at"); });
  if (entries->size() > limit) entries->resize(limit);
  auto payments = co_await payments_of(std::move(*entries), *deadline);
  if (!payments) co_return payments;
  // The index lags behind the items: what was seen to since is no longer due.
  std::erase_if(*payments, [now](const Payment& payment) {
    const auto at = payment.next_check_at();
    return !at || *at > now;
  });
  std::ranges::sort(*payments, {}, [](const Payment& payment) { return *payment.next_check_at(); });
  co_return payments;
}

Awaitable<Result<PaymentPage>> DynamodbPaymentStore::list(ListQuery query) {
  const auto deadline = begin();
  if (!deadline) co_return fail(deadline);
  auto entries = co_await entries_of(list_queries(query), *deadline);
  if (!entries) co_return fail(entries);
  std::ranges::sort(*entries, std::greater{},
                    [](const Item& entry) { return payment_item::text_of(entry, "created"); });
  PaymentPage page;
  page.has_more = entries->size() > query.limit;
  if (page.has_more) entries->resize(query.limit);
  auto payments = co_await payments_of(std::move(*entries), *deadline);
  if (!payments) co_return fail(payments);
  page.payments = std::move(*payments);
  page.has_more = page.has_more && !page.payments.empty();  // there is no place to go on from
  co_return page;
}

Awaitable<Result<std::int64_t>> DynamodbPaymentStore::count_unknown() {
  const auto deadline = begin();
  if (!deadline) co_return fail(deadline);
  std::int64_t unknown = 0;
  for (std::size_t shard = 0; shard < payment_item::kShards; ++shard) {
    Query query = unknown_query(shard);
    const auto counted = co_await table_.count(std::move(query), *deadline);
    if (!counted) co_return counted;
    unknown += *counted;
  }
  co_return unknown;
}

}  // namespace gatehouse::payments
