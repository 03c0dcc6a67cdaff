// Built web files, read once at start: each directory below the gateway's `web_dir` is a site. A request is
// only looked up in it by its path, so nothing outside a site can be reached.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace gatehouse::gateway {

struct WebFile {
  std::string content;
  std::string brotli;  // of <file>.br beside it; empty: there is none
  std::string gzip;    // of <file>.gz
  std::string digest;  // of the content, in hexadecimal: what its ETag is made of
  std::string_view media_type;
};

using WebSite = std::map<std::string, WebFile, std::less<>>;  // by path: "assets/shop-BRxq1f7A.js"

struct WebLimits {
  std::size_t files_max = 2'000;             // of a site
  std::size_t bytes_max = 64 * 1024 * 1024;  // of a site, packed forms included
};

class WebSites {
 public:
  WebSites() = default;
  // Links are not followed. `invalid` "web_site_too_large"; `internal` "web_file_unreadable". No such
  // directory: no sites.
  [[nodiscard]] static Result<WebSites> load(const std::filesystem::path& directory, WebLimits limits = {});

  [[nodiscard]] bool is_empty() const { return sites_.empty(); }
  // Null: there is none of this name. Lives as long as this does.
  [[nodiscard]] const WebSite* find(std::string_view name) const;

 private:
  std::map<std::string, WebSite, std::less<>> sites_;
};

}  // namespace gatehouse::gateway
