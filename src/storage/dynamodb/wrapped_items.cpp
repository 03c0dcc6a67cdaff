#include "storage/dynamodb/wrapped_items.hpp"

#include "runtime/timer.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

std::uint32_t version_of(const WrappedRow& row) {
  return crypto::Envelope::version_of(row.wrapped).value_or(0);
}

}  // namespace

Awaitable<Result<WrappedItems::Page>> WrappedItems::read(std::string after) {
  Scan scan{.attributes = {key_, wrapped_}, .after = {}, .limit = pace_.page_items};
  if (!after.empty()) scan.after.emplace(key_, Value(std::move(after)));
  const auto scanned = co_await table_.scan(std::move(scan), Deadline::after(pace_.call_timeout));
  if (!scanned) co_return fail(scanned);
  Page page;
  for (const Item& item : scanned->items) {
    const auto key = item.find(key_);
    const auto wrapped = item.find(wrapped_);
    if (key == item.end() || key->second.text() == nullptr || wrapped == item.end()) continue;
    const std::string* bytes = wrapped->second.bytes();
    page.rows.push_back({.id = *key->second.text(), .wrapped = bytes == nullptr ? std::string{} : *bytes});
  }
  const auto next = scanned->next.find(key_);
  if (next != scanned->next.end() && next->second.text() != nullptr) page.next = *next->second.text();
  co_return page;
}

Awaitable<Result<RowsPerVersion>> WrappedItems::count() {
  RowsPerVersion counted;
  for (std::string after;;) {
    auto page = co_await read(std::move(after));
    if (!page) co_return fail(page);
    for (const WrappedRow& row : page->rows) ++counted[version_of(row)];
    if (page->next.empty()) co_return counted;
    after = std::move(page->next);
    if (const auto slept = co_await runtime::sleep_for(pace_.pause); !slept) co_return fail(slept);
  }
}

Awaitable<Result<std::vector<WrappedRow>>> WrappedItems::below(std::uint32_t version, std::string after,
                                                               std::size_t limit) {
  std::vector<WrappedRow> found;
  for (;;) {
    auto page = co_await read(std::move(after));
    if (!page) co_return fail(page);
    for (WrappedRow& row : page->rows) {
      if (version_of(row) < version && found.size() < limit) found.push_back(std::move(row));
    }
    if (found.size() == limit || page->next.empty()) co_return found;
    after = std::move(page->next);
    if (const auto slept = co_await runtime::sleep_for(pace_.pause); !slept) co_return fail(slept);
  }
}

Awaitable<Result<std::size_t>> WrappedItems::replace(std::vector<Rewrapped> rows) {
  std::size_t replaced = 0;
  for (Rewrapped& row : rows) {
    const std::size_t size = row.fresh.size();
    Expression unchanged{.text = "#key = :known",
                         .names = {{"#key", wrapped_}},
                         .values = {{":known", Value(Value::Bytes{std::move(row.known)})},
                                    {":fresh", Value(Value::Bytes{std::move(row.fresh)})}}};
    Item key{{key_, Value(std::move(row.id))}};
    const auto updated = co_await table_.update(std::move(key), "SET #key = :fresh", std::move(unchanged),
                                                size, Deadline::after(pace_.call_timeout));
    if (updated) ++replaced;
    // Changed or gone meanwhile; or ours, at a try that got no answer: then only the number is too small.
    if (!updated && updated.error().reason != "dynamodb_condition_failed") co_return fail(updated);
  }
  co_return replaced;
}

}  // namespace gatehouse::storage::dynamodb
