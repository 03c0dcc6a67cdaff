// The cache as the rest of the house sees it: texts with a version. A cache is never the truth: every error
// means "not there", and nothing is written to it before the store has committed.
//
// The version of a record (its row version, or a time in microseconds; below 2^53) closes the classic gap: a
// reader loads version 1, a writer commits version 2 and erases, the reader stores version 1. erase()
// remembers the version for a while, and put() refuses what is older.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"

namespace gatehouse::cache {

using Millis = std::chrono::milliseconds;

struct Entry {
  std::optional<std::string> value;  // nothing: known not to exist
  std::int64_t version = 0;
  Millis ttl{0};        // to put: how long to live; from get: what is left
  Millis load_took{0};  // what a new load is likely to cost: decides about early refresh

  friend bool operator==(const Entry&, const Entry&) = default;
};

// How long an erase is remembered: longer than any load may take.
inline constexpr Millis kEraseMemory{60'000};

class Cache {
 public:
  virtual ~Cache() = default;

  // Nothing: not there (or expired, or erased).
  [[nodiscard]] virtual Awaitable<Result<std::optional<Entry>>> get(std::string key) = 0;
  // False: something newer is known, and was kept.
  [[nodiscard]] virtual Awaitable<Result<bool>> put(std::string key, Entry entry) = 0;
  // The record is now at `version`: forgets what is older, and refuses it for kEraseMemory.
  [[nodiscard]] virtual Awaitable<Result<void>> erase(std::string key, std::int64_t version) = 0;
};

}  // namespace gatehouse::cache
