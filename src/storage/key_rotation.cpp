#include "storage/key_rotation.hpp"

#include "telemetry/log.hpp"

namespace gatehouse::storage {

std::string bytes_of_version(std::uint32_t version) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>((version >> shift) & 0xFF);
  return bytes;
}

std::uint32_t version_of_bytes(std::string_view bytes) {
  std::uint32_t version = 0;
  for (const char c : bytes) version = (version << 8) | static_cast<unsigned char>(c);
  return version;
}

// A row that cannot be unwrapped is passed over: it stays at its version, which therefore is never dropped.
Awaitable<Result<Rotatable::Step>> RewrapRows::advance(std::string after, std::size_t limit) {
  const auto version = envelope_.current_version();
  if (!version) co_return fail(version);
  auto rows = co_await rows_.below(*version, std::move(after), limit);
  if (!rows) co_return fail(rows);
  Step step;
  step.is_last = rows->size() < limit;
  if (rows->empty()) co_return step;
  step.after = rows->back().id;
  std::vector<Rewrapped> rewrapped;
  for (WrappedRow& row : *rows) {
    const crypto::RecordName name = name_of_(row.id);
    auto fresh = envelope_.rewrap(name, row.wrapped);
    if (fresh) {
      rewrapped.push_back({std::move(row.id), std::move(row.wrapped), std::move(*fresh)});
      continue;
    }
    if (fresh.error().kind == ErrorKind::unavailable) co_return fail(fresh);
    ++step.stuck;
    log::error(
        "key-rotation", "a data key cannot be unwrapped; its row keeps its version",
        {log::field("table", name.table), log::field("record", name.record), log::field(fresh.error())});
  }
  if (rewrapped.empty()) co_return step;
  const auto replaced = co_await rows_.replace(std::move(rewrapped));
  if (!replaced) co_return fail(replaced);
  step.done = *replaced;
  co_return step;
}

}  // namespace gatehouse::storage
