// Reads the sites.
#include "gateway/web_site.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/encoding.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::gateway {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kMediaTypes{
    {{".html", "text/html; charset=utf-8"},
     {".js", "text/javascript; charset=utf-8"},
     {".mjs", "text/javascript; charset=utf-8"},
     {".css", "text/css; charset=utf-8"},
     {".json", "application/json"},
     {".map", "application/json"},
     {".webmanifest", "application/manifest+json"},
     {".svg", "image/svg+xml"},
     {".png", "image/png"},
     {".jpg", "image/jpeg"},
     {".webp", "image/webp"},
     {".ico", "image/x-icon"},
     {".woff2", "font/woff2"},
     {".txt", "text/plain; charset=utf-8"}}};

std::string_view media_type_of(const fs::path& file) {
  const std::string extension = file.extension().string();
  for (const auto& [known, type] : kMediaTypes) {
    if (known == extension) return type;
  }
  return "application/octet-stream";
}

Result<std::string> read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.good() && !stream.eof()) return fail(ErrorKind::internal, "web_file_unreadable", file.string());
  return bytes;
}

Result<void> add(WebSite& site, const fs::path& file, std::string path, std::string bytes) {
  const std::string extension = file.extension().string();
  const bool is_packed = extension == ".br" || extension == ".gz";
  if (is_packed && fs::is_regular_file(fs::path(file).replace_extension())) {
    path.resize(path.size() - extension.size());
    (extension == ".br" ? site[path].brotli : site[path].gzip) = std::move(bytes);
    return {};
  }
  WebFile& added = site[path];
  added.digest = core::to_hex(crypto::sha256(bytes)).substr(0, 32);
  added.media_type = media_type_of(file);
  added.content = std::move(bytes);
  return {};
}

Result<WebSite> load_site(const fs::path& directory, const WebLimits& limits) {
  WebSite site;
  std::size_t files = 0;
  std::size_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator next(directory, error), end; !error && next != end;
       next.increment(error)) {
    if (next->is_symlink() || !next->is_regular_file()) continue;
    auto content = read_file(next->path());
    if (!content) return fail(content);
    bytes += content->size();
    if (++files > limits.files_max || bytes > limits.bytes_max)
      return fail(ErrorKind::invalid, "web_site_too_large", directory.string());
    std::string path = next->path().lexically_relative(directory).generic_string();
    if (auto added = add(site, next->path(), std::move(path), std::move(*content)); !added)
      return fail(added);
  }
  if (error) return fail(ErrorKind::internal, "web_file_unreadable", directory.string());
  return site;
}

}  // namespace

Result<WebSites> WebSites::load(const fs::path& directory, WebLimits limits) {
  WebSites sites;
  std::error_code error;
  if (directory.empty() || !fs::is_directory(directory, error)) return sites;
  for (fs::directory_iterator next(directory, error), end; !error && next != end; next.increment(error)) {
    if (next->is_symlink() || !next->is_directory()) continue;
    auto site = load_site(next->path(), limits);
    if (!site) return fail(site);
    sites.sites_.emplace(next->path().filename().string(), std::move(*site));
  }
  if (error) return fail(ErrorKind::internal, "web_file_unreadable", directory.string());
  return sites;
}

const WebSite* WebSites::find(std::string_view name) const {
  const auto found = sites_.find(name);
  return found == sites_.end() ? nullptr : &found->second;
}

}  // namespace gatehouse::gateway
