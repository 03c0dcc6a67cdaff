#include "backup/backup_key.hpp"

#include "core/encoding.hpp"
#include "core/ids.hpp"
#include "supervisor/durable_file.hpp"

namespace gatehouse::backup {
namespace {

constexpr std::string_view kPrefix = "gatehouse-backup-key-1 ";
constexpr std::size_t kKeyBytes = 32;

}  // namespace

std::filesystem::path key_path(const std::filesystem::path& chosen, const std::filesystem::path& data) {
  return chosen.empty() ? data / "backup.key" : chosen;
}

Result<Secret> read_key(const std::filesystem::path& file) {
  auto text = supervisor::read_file(file);
  if (!text && text.error().kind == ErrorKind::not_found)
    return fail(ErrorKind::invalid, "backup_key_missing",
                file.string() + " is not there: without the key a backup cannot be read");
  if (!text) return fail(text);
  while (text->ends_with('\n')) text->pop_back();
  const auto bytes = text->starts_with(kPrefix) ? core::from_base64url(text->substr(kPrefix.size()))
                                                : std::optional<std::string>{};
  core::wipe(*text);
  if (!bytes || bytes->size() != kKeyBytes)
    return fail(ErrorKind::invalid, "backup_key_damaged", file.string() + " holds no backup key");
  return Secret(*bytes);
}

Result<Secret> ensure_key(const std::filesystem::path& file) {
  auto known = read_key(file);
  if (known || known.error().reason != "backup_key_missing") return known;
  const std::string text = std::string(kPrefix) + core::random_token(kKeyBytes) + "\n";
  if (auto written = supervisor::write_durably(file, text, supervisor::kOwnerOnly); !written)
    return fail(written);
  return read_key(file);
}

}  // namespace gatehouse::backup
