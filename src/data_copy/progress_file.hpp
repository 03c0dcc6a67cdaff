// Where an interrupted copy goes on. It holds a key of a record, which may be what a person has typed: so it
// can be sealed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "crypto/envelope.hpp"

namespace gatehouse::data_copy {

class ProgressFile {
 public:
  // An empty path keeps nothing. `collection` must be the one that the file was written for.
  ProgressFile(std::filesystem::path file, std::string collection,
               std::optional<crypto::Envelope> seal = std::nullopt);

  // The last key that was copied; empty: from the start. `conflict`/"other_progress" if the file belongs to
  // another collection, `internal`/"progress_damaged".
  [[nodiscard]] Result<std::string> read() const;
  // Whole or not at all. `unavailable`/"cannot_write".
  [[nodiscard]] Result<void> write(const std::string& after) const;
  void remove() const;

 private:
  [[nodiscard]] crypto::RecordName name() const { return {"data_copy", "progress", collection_}; }
  [[nodiscard]] Result<std::string> opened(const std::string& data_key, const std::string& after) const;

  std::filesystem::path file_;
  std::string collection_;
  std::optional<crypto::Envelope> seal_;
};

}  // namespace gatehouse::data_copy
