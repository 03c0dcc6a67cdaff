// Rotation of keys as stores see it: rows that name an old version of a key are brought to the current one,
// some at a time, while everything else goes on. service/keys/rotation_job drives it.
//
// The row itself says how far the work has come, so nothing is remembered beside it: it may be killed,
// started anew or run by several instances at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "crypto/envelope.hpp"
#include "runtime/awaitable.hpp"

namespace gatehouse::storage {

using RowsPerVersion = std::map<std::uint32_t, std::uint64_t>;

// Where an SQL engine keeps wrapped keys. Names that the program chooses, never input: they become part of
// statements.
struct WrappedTable {
  std::string table;
  std::string id;       // a text with an index, compared byte by byte
  std::string wrapped;  // the bytes of crypto::Envelope; NULL and empty are no keys
};

// The version of a wrapped key's ring lies in its bytes 4 to 7, big-endian (crypto/envelope.hpp): what
// substr(wrapped, 4, 4) gives sorts as the versions do.
[[nodiscard]] std::string bytes_of_version(std::uint32_t version);
[[nodiscard]] std::uint32_t version_of_bytes(std::string_view bytes);

// A row that carries a wrapped data key; `id` is the record of its crypto::RecordName.
struct WrappedRow {
  std::string id;
  std::string wrapped;
};

struct Rewrapped {
  std::string id;
  std::string known;  // replaced only if it is still this one
  std::string fresh;
};

// The port: what an engine must be able to do with the wrapped keys of one table or collection.
class WrappedRows {
 public:
  virtual ~WrappedRows() = default;
  [[nodiscard]] virtual Awaitable<Result<RowsPerVersion>> count() = 0;
  // Rows whose key version is below `version`, in an order that the engine keeps to, after the row `after`
  // (empty: from the first). Fewer than `limit`: there are no more. Reads in bounded pages, however many rows
  // there are.
  [[nodiscard]] virtual Awaitable<Result<std::vector<WrappedRow>>> below(std::uint32_t version,
                                                                         std::string after,
                                                                         std::size_t limit) = 0;
  // How many were replaced: not those that changed or went meanwhile. Nothing else of a row changes, neither
  // its version nor its time.
  [[nodiscard]] virtual Awaitable<Result<std::size_t>> replace(std::vector<Rewrapped> rows) = 0;
};

// Something that follows a key ring row by row.
class Rotatable {
 public:
  struct Step {
    std::size_t done = 0;   // rows brought to the current version
    std::size_t stuck = 0;  // rows that could not be read; the log names them
    std::string after;      // where the next step begins
    bool is_last = true;
  };

  virtual ~Rotatable() = default;
  [[nodiscard]] virtual Result<std::uint32_t> current_version() const = 0;
  [[nodiscard]] virtual Awaitable<Result<RowsPerVersion>> count() = 0;
  [[nodiscard]] virtual Awaitable<Result<Step>> advance(std::string after, std::size_t limit) = 0;
};

// Data keys wrapped by a ring.
class RewrapRows final : public Rotatable {
 public:
  using NameOf = std::function<crypto::RecordName(const std::string& id)>;

  // `rows` must outlive it.
  RewrapRows(WrappedRows& rows, crypto::Envelope envelope, NameOf name_of)
      : rows_(rows), envelope_(std::move(envelope)), name_of_(std::move(name_of)) {}

  [[nodiscard]] Result<std::uint32_t> current_version() const override { return envelope_.current_version(); }
  [[nodiscard]] Awaitable<Result<RowsPerVersion>> count() override { return rows_.count(); }
  [[nodiscard]] Awaitable<Result<Step>> advance(std::string after, std::size_t limit) override;

 private:
  WrappedRows& rows_;
  crypto::Envelope envelope_;
  NameOf name_of_;
};

}  // namespace gatehouse::storage
