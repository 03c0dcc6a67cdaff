// What `gatehouse pki show` prints.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "supervisor/pki.hpp"
#include "supervisor/pki_files.hpp"

namespace gatehouse::supervisor {
namespace {

using Row = std::array<std::string, 5>;

std::string state_of(const crypto::Certificate& certificate, core::SystemTime now) {
  if (now >= certificate.not_after()) return "expired";
  if (now < certificate.not_before()) return "not yet valid";
  return needs_renewal(certificate, now) ? "renewal due" : "good";
}

// 2026-11-24 14:41 UTC
std::string minute_of(core::SystemTime time) {
  std::string text = core::rfc3339(time).substr(0, 16);
  text[10] = ' ';
  return text + " UTC";
}

Row row_of(std::string place, const Result<std::vector<crypto::Certificate>>& chain, core::SystemTime now) {
  if (!chain) return {std::move(place), "-", "-", "-", std::string(chain.error().reason)};
  const crypto::Certificate& certificate = chain->front();
  const auto& uris = certificate.uri_names();
  return {std::move(place), certificate.subject_dn(), uris.empty() ? "-" : uris.front(),
          minute_of(certificate.not_after()), state_of(certificate, now)};
}

std::string printed(const std::vector<Row>& rows) {
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace

Result<std::string> pki_table(const std::filesystem::path& data, core::SystemTime now) {
  const PkiPaths paths(data);
  const auto anchor = load_certificates(paths.anchor);
  if (!anchor) return fail(anchor);
  std::vector<Row> rows{{"CERTIFICATE", "SUBJECT", "URI", "EXPIRES", "STATE"}};
  rows.push_back(row_of("pki/ca.pem", anchor, now));
  rows.push_back(row_of("pki/issuing/issuing.pem", load_certificates(paths.issuing_certificate), now));
  for (const auto& directory : instances_below(data)) {
    const auto certificate = LeafPaths(directory).certificate;
    rows.push_back(
        row_of(certificate.lexically_relative(data).string(), load_certificates(certificate), now));
  }
  std::error_code ignored;
  const bool root_is_here = std::filesystem::exists(paths.root_key, ignored);
  return printed(rows) + (root_is_here
                              ? "The root's key is on this machine: " + paths.root_key.string() + "\n"
                              : std::string("The root's key is not on this machine.\n"));
}

}  // namespace gatehouse::supervisor
