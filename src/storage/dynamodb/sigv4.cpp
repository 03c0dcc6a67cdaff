#include "storage/dynamodb/sigv4.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

// Without ".", ".." and empty segments (RFC 3986 section 5.2.4), each segment encoded once more.
std::string canonical_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view segment : core::split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string text;
  for (const std::string_view segment : kept) text.append("/").append(core::percent_encode(segment));
  const bool is_folder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
  if (text.empty() || is_folder) text += '/';
  return text;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string_view piece : core::split(query, '&')) {
    if (piece.empty()) continue;
    const auto [name, value] = core::cut(piece, '=').value_or(std::pair(piece, std::string_view{}));
    const auto encoded = [](std::string_view text) {
      return core::percent_encode(core::percent_decode(text).value_or(std::string(text)));
    };
    pairs.emplace_back(encoded(name), encoded(value));
  }
  std::ranges::sort(pairs);
  std::string text;
  for (const auto& [name, value] : pairs) {
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(value);
  }
  return text;
}

// Trimmed, and runs of spaces made one.
std::string canonical_value(std::string_view value) {
  std::string text;
  for (const char c : core::trim(value)) {
    if (c != ' ' || !text.ends_with(' ')) text += c;
  }
  return text;
}

// Names in lower case, in order; several of one name become one list.
std::map<std::string, std::string> canonical_headers(const http::Headers& headers) {
  std::map<std::string, std::string> fields;
  for (const auto& [name, value] : headers) {
    auto [at, is_new] = fields.try_emplace(core::to_lower(name), canonical_value(value));
    if (!is_new) at->second.append(",").append(canonical_value(value));
  }
  return fields;
}

std::string names_of(const std::map<std::string, std::string>& fields) {
  std::string text;
  for (const auto& [name, value] : fields) text.append(text.empty() ? "" : ";").append(name);
  return text;
}

std::string signature_of(std::string_view text, const Secret& secret, std::string_view date,
                         const SigningScope& scope) {
  std::string first = fmt::format("AWS4{}", secret.reveal());
  std::string key = crypto::hmac_sha256(first, date);
  core::wipe(first);
  for (const std::string_view part :
       {std::string_view(scope.region), std::string_view(scope.service), std::string_view("aws4_request")}) {
    key = crypto::hmac_sha256(key, part);
  }
  std::string signature = core::to_hex(crypto::hmac_sha256(key, text));
  core::wipe(key);
  return signature;
}

}  // namespace

std::string amz_date(core::SystemTime time) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", std::chrono::floor<std::chrono::seconds>(time));
}

std::string canonical_request(const http::Request& request) {
  const auto fields = canonical_headers(request.headers);
  std::string lines;
  for (const auto& [name, value] : fields) lines.append(name).append(":").append(value).append("\n");
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.path()),
                     canonical_query(request.query()), lines, names_of(fields),
                     core::to_hex(crypto::sha256(request.content)));
}

void sign(http::Request& request, const Credentials& credentials, const SigningScope& scope,
          core::SystemTime now) {
  const std::string time = amz_date(now);
  const std::string date = time.substr(0, 8);
  request.headers.remove("Authorization");
  request.headers.set("X-Amz-Date", time);
  request.headers.remove("X-Amz-Security-Token");
  if (!credentials.session_token.empty()) {
    request.headers.add("X-Amz-Security-Token", credentials.session_token.reveal());
  }
  const std::string scope_text = fmt::format("{}/{}/{}/aws4_request", date, scope.region, scope.service);
  const std::string text = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, scope_text,
                                       core::to_hex(crypto::sha256(canonical_request(request))));
  const std::string signature = signature_of(text, credentials.secret_access_key, date, scope);
  const std::string names = names_of(canonical_headers(request.headers));
  request.headers.add("Authorization",
                      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                                  credentials.access_key_id, scope_text, names, signature));
}

}  // namespace gatehouse::storage::dynamodb
