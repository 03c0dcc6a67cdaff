// What is copied between engines: one kind of record of a service (its orders, its people), in one engine.
// Each adapter that can be copied from or to gives its records in this form; data_copy knows nothing else of
// it.
//
//   key      sorts the records, byte by byte, the same in every engine
//   content  canonical JSON, the same text from every engine that holds the same record: what is sealed is in
//            it in clear, so it stays in memory. Empty: the record is there, but does not open
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"

namespace gatehouse::data_copy {

struct Record {
  std::string key;
  std::string content;

  friend bool operator==(const Record&, const Record&) = default;
};

// Whether keys may be shown and logged, or hold what people have typed.
enum class Keys { ids, personal };

class Collection {
 public:
  virtual ~Collection() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;  // "orders"
  [[nodiscard]] virtual Keys keys() const { return Keys::ids; }
  // How many records it likes to be asked for and given at once. So many of two engines are in memory.
  [[nodiscard]] virtual std::size_t page() const { return 500; }

  // Up to `limit` records with keys greater than `after`, in order; fewer only at the end.
  [[nodiscard]] virtual Awaitable<Result<std::vector<Record>>> read(std::string after, std::size_t limit) = 0;
  // Puts each in the place of the one with its key, if there is one. Repeating it changes nothing.
  [[nodiscard]] virtual Awaitable<Result<void>> write(std::vector<Record> records) = 0;
  // Keys that are not there are no error.
  [[nodiscard]] virtual Awaitable<Result<void>> remove(std::vector<std::string> keys) = 0;
};

// The error of a record that does not open: it alone is damaged.
[[nodiscard]] inline bool is_damaged(const Error& error) {
  return error.reason == "ciphertext_rejected" || error.reason == "record_unreadable";
}

}  // namespace gatehouse::data_copy
