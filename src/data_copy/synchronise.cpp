#include "data_copy/synchronise.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "crypto/running_digest.hpp"
#include "data_copy/progress_file.hpp"

namespace gatehouse::data_copy {
namespace {

using Records = std::vector<Record>;

// Everything later rests on it: a key out of order would be taken for a missing record, and removed.
Result<void> check_order(const Records& records, std::string_view after, std::string_view name) {
  for (const Record& record : records) {
    if (record.key <= after) return fail(ErrorKind::internal, "keys_not_in_order", std::string(name));
    after = record.key;
  }
  return {};
}

// A record that does not open cannot be copied, nor said to be equal to anything.
Result<void> check_readable(const Records& records, const Collection& collection) {
  for (const Record& record : records) {
    if (!record.content.empty()) continue;
    return fail(ErrorKind::internal, "record_unreadable",
                fmt::format("{}: {}", collection.name(),
                            collection.keys() == Keys::ids ? record.key : "one that holds personal data"));
  }
  return {};
}

Awaitable<Result<Records>> read_page(Collection& collection, std::string after, std::size_t limit) {
  auto records = co_await collection.read(after, limit);
  if (!records) co_return records;
  if (auto ordered = check_order(*records, after, collection.name()); !ordered) co_return fail(ordered);
  co_return records;
}

// Reads a collection in step with another.
class Cursor {
 public:
  Cursor(Collection& collection, std::string after, std::size_t page)
      : collection_(collection), after_(std::move(after)), page_(page) {}

  // The records up to and including `last`; all that are left if there is no last. At most a page at once.
  Awaitable<Result<Records>> take(const std::string* last) {
    if (ahead_.empty() && !is_at_end_) {
      auto page = co_await read_page(collection_, after_, page_);
      if (!page) co_return page;
      is_at_end_ = page->size() < page_;
      if (!page->empty()) after_ = page->back().key;
      ahead_ = std::move(*page);
    }
    const auto end = last == nullptr
                         ? ahead_.end()
                         : std::ranges::upper_bound(ahead_, *last, {}, [](const Record& r) { return r.key; });
    Records taken(std::make_move_iterator(ahead_.begin()), std::make_move_iterator(end));
    ahead_.erase(ahead_.begin(), end);
    co_return taken;
  }
  // Whether take(last) may have more to give.
  [[nodiscard]] bool has_more(const std::string* last) const {
    if (ahead_.empty()) return !is_at_end_;
    return last == nullptr || ahead_.front().key <= *last;
  }

 private:
  Collection& collection_;
  std::string after_;
  std::size_t page_;
  Records ahead_;
  bool is_at_end_ = false;
};

struct Differences {
  Records wrong;                   // to be written
  std::vector<std::string> extra;  // to be removed
};

Differences compare(Records source, const Records& target) {
  Differences differences;
  auto there = target.begin();
  for (Record& record : source) {
    for (; there != target.end() && there->key < record.key; ++there) differences.extra.push_back(there->key);
    const bool is_same = there != target.end() && *there == record;
    if (there != target.end() && there->key == record.key) ++there;
    if (!is_same) differences.wrong.push_back(std::move(record));
  }
  for (; there != target.end(); ++there) differences.extra.push_back(there->key);
  return differences;
}

class Run {
 public:
  Run(Collection& from, Collection& to, const SynchroniseOptions& options)
      : from_(from),
        to_(to),
        options_(options),
        page_(options.page > 0 ? options.page : std::max(from.page(), to.page())),
        progress_(options.effect == Effect::apply ? options.progress : std::filesystem::path{},
                  std::string(from.name()), options.seal) {}

  Awaitable<Result<Tally>> all() {
    const auto begin = progress_.read();
    if (!begin) co_return fail(begin);
    std::string after = *begin;
    Cursor target(to_, after, page_);
    for (;;) {
      auto page = co_await read_page(from_, after, page_);
      if (!page) co_return fail(page);
      if (auto readable = check_readable(*page, from_); !readable) co_return fail(readable);
      const bool is_last = page->size() < page_;
      note(*page);
      if (!page->empty()) after = page->back().key;
      auto settled = co_await settle(std::move(*page), target, is_last ? nullptr : &after);
      if (!settled) co_return fail(settled);
      if (options_.on_page) options_.on_page(tally_.records);
      if (is_last) break;
      if (auto kept = progress_.write(after); !kept) co_return fail(kept);
    }
    progress_.remove();
    tally_.digest = core::to_hex(digest_.finish());
    co_return std::move(tally_);
  }

 private:
  // Lengths go in, so that no two lists of records give the same bytes.
  void note(const Records& records) {
    tally_.records += records.size();
    for (const Record& record : records)
      digest_.update(
          fmt::format("{}:{}{}:{}", record.key.size(), record.key, record.content.size(), record.content));
  }

  // Compares a page with what the target has up to its end, or to the end of all.
  Awaitable<Result<void>> settle(Records source, Cursor& target, const std::string* last) {
    Records theirs;
    do {
      auto more = co_await target.take(last);
      if (!more) co_return fail(more);
      theirs.insert(theirs.end(), std::make_move_iterator(more->begin()),
                    std::make_move_iterator(more->end()));
      // A target that holds far more than the source is emptied as it is read, not held.
      if (theirs.size() > 4 * page_) {
        const auto split = std::ranges::partition_point(
            source, [&](const Record& record) { return record.key <= theirs.back().key; });
        Records part(std::make_move_iterator(source.begin()), std::make_move_iterator(split));
        source.erase(source.begin(), split);
        auto applied = co_await apply(compare(std::move(part), theirs));
        if (!applied) co_return applied;
        theirs.clear();
      }
    } while (target.has_more(last));
    co_return co_await apply(compare(std::move(source), theirs));
  }

  Awaitable<Result<void>> apply(Differences differences) {
    tally_.written += differences.wrong.size();
    tally_.removed += differences.extra.size();
    if (tally_.first_difference.empty() && !differences.wrong.empty())
      tally_.first_difference = differences.wrong.front().key;
    if (tally_.first_difference.empty() && !differences.extra.empty())
      tally_.first_difference = differences.extra.front();
    if (options_.effect == Effect::compare_only) co_return Result<void>{};
    if (!differences.extra.empty()) {
      auto removed = co_await to_.remove(std::move(differences.extra));
      if (!removed) co_return removed;
    }
    if (!differences.wrong.empty()) co_return co_await to_.write(std::move(differences.wrong));
    co_return Result<void>{};
  }

  Collection& from_;
  Collection& to_;
  const SynchroniseOptions& options_;
  std::size_t page_;
  ProgressFile progress_;
  crypto::RunningDigest digest_;
  Tally tally_;
};

}  // namespace

Awaitable<Result<Tally>> synchronise(Collection& from, Collection& to, SynchroniseOptions options) {
  Run run(from, to, options);
  co_return co_await run.all();
}

}  // namespace gatehouse::data_copy
