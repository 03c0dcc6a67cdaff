#include "backup/secrets_archive.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "backup/sealed_file.hpp"
#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "core/ids.hpp"
#include "storage/sqlite/online_copy.hpp"
#include "supervisor/durable_file.hpp"

namespace gatehouse::backup {
namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kBytesMax = 256U << 20U;
constexpr const char* kSealName = "secrets";

auto cannot(std::string_view reason, const fs::path& file) {
  return fail(ErrorKind::unavailable, reason, file.string());
}

// Everything that is neither a store nor made anew at each start: instances/, logs/ and run/ are.
bool belongs(const fs::path& relative) {
  const auto first = relative.begin()->string();
  if (first == "pki") return true;
  if (first != "roles")
    return relative.has_filename() && !relative.has_parent_path() && first != "backup.key";
  const bool is_secret = std::ranges::find(relative, fs::path("secrets")) != relative.end();
  return is_secret || relative.extension() == ".node_id";
}

bool is_sidecar(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with("-wal") || name.ends_with("-shm") || name.starts_with('.');
}

Result<std::vector<fs::path>> files_in(const fs::path& data) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(data, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const auto relative = entry->path().lexically_relative(data);
    if (entry->is_regular_file() && belongs(relative) && !is_sidecar(relative)) files.push_back(relative);
  }
  if (error) return cannot("cannot_read", data);
  return files;
}

// A database among the secrets (the keys of people) may be in use.
Result<std::string> content_of(const fs::path& file, const fs::path& workspace) {
  fs::path source = file;
  if (file.extension() == ".db") {
    source = workspace / ("copy-" + core::random_token(6));
    const auto copied = storage::sqlite::copy_online(file.string(), source.string());
    if (!copied) return fail(copied);
  }
  std::ifstream input(source, std::ios::binary);
  std::ostringstream text;
  text << input.rdbuf();
  if (!input) return cannot("cannot_read", file);
  std::error_code ignored;
  if (source != file) fs::remove(source, ignored);
  return std::move(text).str();
}

Result<void> put_file(const fs::path& file, const std::string& content) {
  std::vector<fs::path> parents;
  for (auto parent = file.parent_path(); !fs::exists(parent); parent = parent.parent_path())
    parents.push_back(parent);
  for (auto parent = parents.rbegin(); parent != parents.rend(); ++parent) {
    if (auto made = supervisor::make_private_directory(*parent); !made) return made;
  }
  return supervisor::write_durably(file, content, supervisor::kOwnerOnly);
}

// A directory in the platform's own, gone when it is done: secrets lie open where they do anyway.
class Workspace {
 public:
  explicit Workspace(const fs::path& data)
      : path_(data / "run" / fmt::format("copy-{}", core::random_token(6))) {}
  ~Workspace() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Workspace(const Workspace&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Result<json::object> read_all(const fs::path& data) {
  const Workspace workspace(data);
  for (const auto& directory : {data / "run", workspace.path()}) {
    if (auto made = supervisor::make_private_directory(directory); !made) return fail(made);
  }
  const auto files = files_in(data);
  if (!files) return fail(files);
  json::object contents;
  std::uintmax_t bytes = 0;
  for (const fs::path& file : *files) {
    const auto content = content_of(data / file, workspace.path());
    if (!content) return fail(content);
    bytes += content->size();
    if (bytes > kBytesMax) return fail(ErrorKind::too_large, "secrets_too_large", data.string());
    contents[file.string()] = core::to_base64(*content);
  }
  return contents;
}

Result<void> write_all(const json::object& contents, const fs::path& data) {
  for (const auto& entry : contents) {
    const fs::path relative = fs::path(std::string(entry.key())).lexically_normal();
    const bool is_inside = relative.is_relative() && !relative.empty() && *relative.begin() != "..";
    const auto content = entry.value().is_string() ? core::from_base64(entry.value().as_string())
                                                   : std::optional<std::string>{};
    if (!is_inside || !content) return fail(ErrorKind::internal, "secrets_damaged", std::string(entry.key()));
    if (auto put = put_file(data / relative, *content); !put) return put;
  }
  return {};
}

}  // namespace

Result<void> seal_secrets(const fs::path& data, const fs::path& file, const Secret& key) {
  const auto contents = read_all(data);
  if (!contents) return fail(contents);
  auto neighbour = file;
  neighbour += fmt::format(".new-{}", core::random_token(6));
  const auto sealed = seal_text(json::serialize(*contents), neighbour, {key, kSealName});
  std::error_code error;
  if (sealed) fs::rename(neighbour, file, error);
  if (sealed && !error) return {};
  std::error_code ignored;
  fs::remove(neighbour, ignored);
  if (!sealed) return fail(sealed);
  return cannot("cannot_write", file);
}

Result<void> open_secrets(const fs::path& file, const fs::path& data, const Secret& key) {
  const auto text = open_text(file, {key, kSealName}, kBytesMax * 3 / 2);
  if (!text) return fail(text);
  const auto contents = core::parse_json_object(*text);
  if (!contents) return fail(ErrorKind::internal, "secrets_damaged", file.string());
  return write_all(*contents, data);
}

Result<void> copy_secrets(const fs::path& from, const fs::path& to) {
  const auto contents = read_all(from);
  if (!contents) return fail(contents);
  return write_all(*contents, to);
}

}  // namespace gatehouse::backup
