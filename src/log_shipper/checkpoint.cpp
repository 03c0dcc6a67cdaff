#include "log_shipper/checkpoint.hpp"

#include <fmt/format.h>

#include "core/durable_file.hpp"
#include "core/fields.hpp"

namespace gatehouse::log_shipper {

namespace {

Result<Mark> read_mark(const json::object& object, std::string_view instance) {
  Mark mark;
  Fields fields{object, std::string(instance)};
  mark.position.generation = static_cast<std::uint64_t>(fields.required_int("generation", {}));
  mark.position.offset = static_cast<std::uint64_t>(fields.required_int("offset", {}));
  mark.run = fields.optional_text("run", "", {.bytes_min = 0, .bytes_max = 64});
  mark.sequence = static_cast<std::uint64_t>(fields.required_int("sequence", {}));
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return mark;
}

std::unexpected<Error> damaged(const std::filesystem::path& file, std::string_view why) {
  return fail(ErrorKind::invalid, "bad_checkpoint", fmt::format("{}: {}", file.string(), why));
}

}  // namespace

Result<Checkpoint> read_checkpoint(const std::filesystem::path& file) {
  const auto text = core::read_file(file);
  if (!text && text.error().kind == ErrorKind::not_found) return Checkpoint{};
  if (!text) return fail(text);
  const auto object = core::parse_json_object(*text);
  if (!object) return damaged(file, object.error().detail);
  Checkpoint checkpoint;
  for (const auto& entry : *object) {
    if (!entry.value().is_object()) return damaged(file, "an instance is no object");
    auto mark = read_mark(entry.value().get_object(), entry.key());
    if (!mark) return damaged(file, mark.error().detail);
    checkpoint.emplace(entry.key(), std::move(*mark));
  }
  return checkpoint;
}

Result<void> write_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint) {
  json::object object;
  for (const auto& [instance, mark] : checkpoint) {
    object[instance] = {{"generation", static_cast<std::int64_t>(mark.position.generation)},
                        {"offset", static_cast<std::int64_t>(mark.position.offset)},
                        {"run", mark.run},
                        {"sequence", static_cast<std::int64_t>(mark.sequence)}};
  }
  return core::write_durably(file, json::serialize(object) + "\n", core::kOwnerOnly);
}

}  // namespace gatehouse::log_shipper
