#include "gateway/store/last_known_rows.hpp"

#include "telemetry/log.hpp"

namespace gatehouse::gateway::store {

namespace log = telemetry::log;

Result<std::optional<StoredEntities>> LastKnownRows::read(std::int64_t known) {
  auto stored = rows_->read(is_behind_ ? 0 : known);
  if (!stored && known == 0) return read_copy(std::move(stored.error()));
  if (!stored || !*stored) return stored;
  if ((*stored)->generation != known) return stored;
  keep(**stored);  // in force already, only the copy was behind
  return std::nullopt;
}

void LastKnownRows::accept(const StoredEntities& stored) {
  if (stored.generation > 0) keep(stored);
}

Result<std::optional<StoredEntities>> LastKnownRows::read_copy(Error why) {
  const bool is_away = why.kind == ErrorKind::unavailable || why.kind == ErrorKind::timeout;
  if (!is_away || !server_may_come_.is_over()) return std::unexpected(std::move(why));
  auto kept = copy_->read(0);
  const bool is_some = kept && *kept && !(*kept)->done.empty();  // the server was read at least once
  if (!is_some) return std::unexpected(std::move(why));
  log::warn("configuration-last-known", "the server is away: what it had when it was last seen is in force",
            {log::field(why), log::field("generation", (*kept)->generation)});
  (*kept)->generation = -(*kept)->generation;
  return kept;
}

void LastKnownRows::keep(const StoredEntities& stored) {
  const auto kept = copy_->replace(stored);
  is_behind_ = !kept;
  if (!kept) log::warn("configuration-last-known", "the copy cannot be written", {log::field(kept.error())});
}

Result<Written> LastKnownRows::write(const RowChange& change) {
  const auto written = rows_->write(change);
  if (!written || *written != Written::done) return written;
  const auto copied = copy_->write(change);
  is_behind_ = !copied || *copied != Written::done;
  return written;
}

}  // namespace gatehouse::gateway::store
