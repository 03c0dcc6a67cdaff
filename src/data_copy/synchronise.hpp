// Makes one collection equal to another, page by page and in the order of the keys: writes what is missing or
// differs, removes what is too much. The first run copies, a repeated one catches up with what changed
// meanwhile, and one that only compares verifies. Memory is bounded by two pages.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "crypto/envelope.hpp"
#include "data_copy/collection.hpp"

namespace gatehouse::data_copy {

enum class Effect { apply, compare_only };

struct SynchroniseOptions {
  Effect effect = Effect::apply;
  std::size_t page = 0;  // records; 0: as many as the one likes that likes more
  // How far a run has come, so that the next one goes on from there. Empty: not kept. Of apply only: a
  // comparison that began in the middle would prove nothing.
  std::filesystem::path progress;
  std::optional<crypto::Envelope> seal;  // of the progress, which holds a key; none: it lies open
  std::function<void(std::uint64_t records)> on_page;  // may be empty
};

struct Tally {
  std::uint64_t records = 0;  // of the source
  std::uint64_t written = 0;  // or differing, if nothing was applied
  std::uint64_t removed = 0;  // or too much
  std::string digest;  // SHA-256, hex, of all keys and contents that were read from the source in this run
  std::string first_difference;  // its key

  [[nodiscard]] bool is_equal() const { return written == 0 && removed == 0; }
};

// The errors of the collections; `internal`/"record_unreadable" for one of the source that does not open;
// `internal`/"keys_not_in_order"; `unavailable`/"cannot_write" for the progress file, which is removed at the
// end. One of the target that does not open is a difference.
[[nodiscard]] Awaitable<Result<Tally>> synchronise(Collection& from, Collection& to,
                                                   SynchroniseOptions options);

}  // namespace gatehouse::data_copy
