#include "services/auth/adapters/subject_keys_copy.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "core/clock.hpp"
#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "data_copy/canonical.hpp"

namespace gatehouse::auth {

namespace {

using data_copy::Record;

constexpr std::size_t kKeysAtOnce = 5'000;

// The wrapped key; nothing: it was destroyed.
Result<std::optional<std::string>> wrapped_in(const Record& record) {
  const auto content = core::parse_json_object(record.content);
  if (!content) return fail(content);
  Fields fields{*content};
  const std::string text = fields.optional_text("wrapped", "", {.bytes_min = 0, .bytes_max = 4096});
  const bool is_erased = fields.optional_flag("is_erased", false);
  if (const auto read = fields.finish(); !read) return fail(read);
  if (is_erased) return std::nullopt;
  auto wrapped = core::from_base64url(text);
  if (!wrapped) return fail(ErrorKind::internal, "record_unreadable", "subject_keys: " + record.key);
  return std::move(*wrapped);
}

std::unexpected<Error> conflict(std::string_view reason, const std::string& subject) {
  return fail(ErrorKind::conflict, reason, subject);
}

}  // namespace

Awaitable<Result<SubjectKeysCopy::Stretch>> SubjectKeysCopy::stretch(std::string after) {
  const auto keys = co_await rows_.below(std::numeric_limits<std::uint32_t>::max(), after, kKeysAtOnce);
  if (!keys) co_return fail(keys);
  auto tombstones = [this, after] { return store_.erased(after, kKeysAtOnce); };
  const auto erased = co_await pool_.run(std::move(tombstones));
  if (!erased) co_return fail(erased);
  Stretch stretch{.last = after, .is_last = keys->size() < kKeysAtOnce && erased->size() < kKeysAtOnce};
  for (const storage::WrappedRow& key : *keys) {
    const json::object content{{"wrapped", core::to_base64url(key.wrapped)}};
    stretch.records.push_back({.key = key.id, .content = data_copy::canonical(content)});
  }
  // Who is erased between the two questions is in both answers.
  std::erase_if(stretch.records,
                [&](const Record& key) { return std::ranges::binary_search(*erased, key.key); });
  for (const std::string& subject : *erased)
    stretch.records.push_back({.key = subject, .content = R"({"is_erased":true})"});
  std::ranges::sort(stretch.records, {}, &Record::key);
  // What lies behind the end of a full list may lack some of that list's kind.
  std::string end;
  if (keys->size() == kKeysAtOnce) end = keys->back().id;
  if (erased->size() == kKeysAtOnce && (end.empty() || erased->back() < end)) end = erased->back();
  if (!end.empty()) {
    const auto behind = std::ranges::upper_bound(stretch.records, end, {}, &Record::key);
    stretch.records.erase(behind, stretch.records.end());
  }
  if (!stretch.records.empty()) stretch.last = stretch.records.back().key;
  co_return stretch;
}

Result<std::vector<storage::Rewrapped>> SubjectKeysCopy::put(const std::vector<Record>& records) {
  std::vector<crypto::SubjectKeyStore::Key> keys;
  for (const Record& record : records) {
    auto wrapped = wrapped_in(record);
    if (!wrapped) return fail(wrapped);
    if (*wrapped) {
      keys.push_back({record.key, std::move(**wrapped)});
    } else if (auto gone = store_.destroy(record.key, core::SystemClock().now()); !gone) {
      return fail(gone);
    }
  }
  const auto counting = store_.add_all(keys);
  std::vector<storage::Rewrapped> other_bytes;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto& [subject, wrapped] = keys[i];
    const Result<std::string>& counts = counting.at(i);
    if (!counts && crypto::is_erased(counts.error())) return conflict("subject_erased", subject);
    if (!counts) return fail(counts);
    if (*counts == wrapped) continue;
    if (!crypto::Envelope::hold_the_same_key(*counts, wrapped))
      return conflict("subject_has_another_key", subject);
    // Never back under a version that may have been retired.
    const auto version = crypto::Envelope::version_of(wrapped);
    const auto version_here = crypto::Envelope::version_of(*counts);
    if (version && version_here && *version < *version_here) continue;
    other_bytes.push_back({.id = subject, .known = *counts, .fresh = wrapped});
  }
  return other_bytes;
}

Awaitable<Result<void>> SubjectKeysCopy::write(std::vector<Record> records) {
  auto work = [this, records = std::move(records)] { return put(records); };
  auto other_bytes = co_await pool_.run(std::move(work));
  if (!other_bytes) co_return fail(other_bytes);
  if (other_bytes->empty()) co_return Result<void>{};
  const auto replaced = co_await rows_.replace(std::move(*other_bytes));
  if (!replaced) co_return fail(replaced);
  co_return Result<void>{};
}

Awaitable<Result<void>> SubjectKeysCopy::remove(std::vector<std::string> keys) {
  if (keys.empty()) co_return Result<void>{};
  co_return conflict("subject_only_here", keys.front());
}

}  // namespace gatehouse::auth
