#include "registry/maintenance_file.hpp"

#include <fstream>
#include <sstream>

#include "core/fields.hpp"

namespace gatehouse::registry {

Result<Catalog::Maintenance> read_maintenance(const std::filesystem::path& file) {
  std::ifstream input(file);
  if (!input) return Catalog::Maintenance{};
  std::ostringstream text;
  text << input.rdbuf();
  const auto object = core::parse_json_object(text.str());
  if (!object) return fail(ErrorKind::internal, "maintenance_file_damaged", file.string());
  Catalog::Maintenance maintenance;
  for (const auto& entry : *object) {
    if (entry.value().is_string()) maintenance[std::string(entry.key())] = entry.value().as_string();
  }
  return maintenance;
}

Result<void> write_maintenance(const std::filesystem::path& file, const Catalog::Maintenance& maintenance) {
  json::object object;
  for (const auto& [id, reason] : maintenance) object[id] = reason;
  auto neighbour = file;
  neighbour += ".new";
  {
    std::ofstream output(neighbour, std::ios::trunc);
    output << json::serialize(object) << '\n';
    output.flush();
    if (!output) return fail(ErrorKind::unavailable, "cannot_write", neighbour.string());
  }
  std::error_code error;
  std::filesystem::rename(neighbour, file, error);
  if (error) return fail(ErrorKind::unavailable, "cannot_write", file.string() + ": " + error.message());
  return {};
}

}  // namespace gatehouse::registry
