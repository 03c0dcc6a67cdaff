// Chooses the file, its packed form and the headers that a browser is to obey.
#include "gateway/plugins/static_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"
#include "gateway/error_page.hpp"
#include "gateway/exchange.hpp"
#include "gateway/web_site.hpp"

namespace gatehouse::gateway::plugins {
namespace {

// No script, style or frame but the site's own, nothing in line; it talks to its own origin only.
constexpr std::string_view kContentPolicy =
    "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'";

// RFC 9110 section 12.5.3; a weight of zero refuses.
bool accepts(std::string_view accepted, std::string_view coding) {
  for (const std::string_view entry : core::split(accepted, ',')) {
    const auto semicolon = entry.find(';');
    if (!core::iequals(core::trim(entry.substr(0, semicolon)), coding)) continue;
    if (semicolon == std::string_view::npos) return true;
    const std::string_view weight = core::trim(entry.substr(semicolon + 1));
    return weight.find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

// RFC 9110 section 13.1.2: weak comparison, and "*" means any.
bool names(std::string_view if_none_match, std::string_view etag) {
  for (std::string_view entry : core::split(if_none_match, ',')) {
    entry = core::trim(entry);
    if (entry.starts_with("W/")) entry.remove_prefix(2);
    if (entry == etag || entry == "*") return true;
  }
  return false;
}

// The bundler puts what it names by its content into assets/: it never changes under its name.
bool never_changes(std::string_view path) {
  constexpr std::size_t kHashLength = 8;
  if (!path.starts_with("assets/")) return false;
  const auto dot = path.rfind('.');
  return dot != std::string_view::npos && dot > kHashLength && path[dot - kHashLength - 1] == '-';
}

class StaticFiles final : public Plugin {
 public:
  StaticFiles(std::shared_ptr<const StaticFilesConfig> config, const PluginContext& context)
      : config_(std::move(config)), site_(context.sites.find(config_->site)) {}

  Step on_request(Exchange& exchange) override {
    const std::string& method = exchange.http.request.method;
    if (method != "GET" && method != "HEAD") {
      auto refused = error_response(exchange, 405, "Method not allowed");
      refused.headers.add("Allow", "GET, HEAD");
      return answer_with(std::move(refused));
    }
    std::string_view path = exchange.path.substr(exchange.matched);
    if (path.empty() && !exchange.path.ends_with('/')) return answer_with(to_directory(exchange));
    const bool is_within = path.starts_with('/') || exchange.path.substr(0, exchange.matched).ends_with('/');
    if (path.starts_with('/')) path.remove_prefix(1);
    const auto* found = is_within ? find(path) : nullptr;  // /shopping is not below /shop
    if (found == nullptr) return answer_with(error_response(exchange, 404, "Not found"));
    return answer_with(file_response(exchange.http.request.headers, found->first, found->second));
  }

 private:
  // Relative links of the page need the slash.
  static http::Response to_directory(const Exchange& exchange) {
    http::Response moved(308);
    moved.headers.add("Location", fmt::format("{}/", exchange.path));
    return moved;
  }

  const WebSite::value_type* find(std::string_view path) const {
    if (site_ == nullptr) return nullptr;
    if (const auto found = site_->find(path); found != site_->end()) return &*found;
    const auto name = path.substr(path.rfind('/') + 1);
    if (name.find('.') != std::string_view::npos) return nullptr;
    const auto fallback = site_->find(config_->fallback);
    return fallback == site_->end() ? nullptr : &*fallback;
  }

  static http::Response file_response(const http::Headers& asked, std::string_view path,
                                      const WebFile& file) {
    const std::string_view accepted = asked.get("Accept-Encoding");
    const bool is_brotli = !file.brotli.empty() && accepts(accepted, "br");
    const bool is_gzip = !is_brotli && !file.gzip.empty() && accepts(accepted, "gzip");
    const std::string etag = fmt::format("\"{}{}\"", file.digest, is_brotli ? "-br" : is_gzip ? "-gz" : "");
    const bool is_known = names(asked.get("If-None-Match"), etag);
    http::Response response(is_known ? 304 : 200);
    auto& headers = response.headers;
    headers.add("ETag", etag);
    headers.add("Cache-Control", never_changes(path) ? "public, max-age=31536000, immutable" : "no-cache");
    headers.add("Vary", "Accept-Encoding");
    headers.add("Content-Security-Policy", kContentPolicy);
    headers.add("X-Content-Type-Options", "nosniff");
    headers.add("Referrer-Policy", "same-origin");
    headers.add("Cross-Origin-Opener-Policy", "same-origin");
    if (is_known) return response;
    headers.add("Content-Type", file.media_type);
    if (is_brotli) headers.add("Content-Encoding", "br");
    if (is_gzip) headers.add("Content-Encoding", "gzip");
    response.content = is_brotli ? file.brotli : is_gzip ? file.gzip : file.content;
    return response;
  }

  std::shared_ptr<const StaticFilesConfig> config_;
  const WebSite* site_;  // null: not built
};

}  // namespace

Result<StaticFilesConfig> StaticFilesConfig::from_json(const json::object& object) {
  StaticFilesConfig config;
  Fields fields{object};
  config.site = fields.required_text("site", {.bytes_max = 64});
  config.fallback = fields.optional_text("fallback", config.fallback);
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return config;
}

PluginType static_files_type() {
  using namespace schema;
  return {
      .name = "static-files",
      .priority = 500,  // behind all that may refuse
      .config = {.fields = {text("site", {.required = true}), text("fallback", {.fallback = "index.html"})}}};
}

std::unique_ptr<Plugin> make_static_files(std::shared_ptr<const StaticFilesConfig> config, const PluginScope&,
                                          const PluginContext& context) {
  return std::make_unique<StaticFiles>(std::move(config), context);
}

}  // namespace gatehouse::gateway::plugins
