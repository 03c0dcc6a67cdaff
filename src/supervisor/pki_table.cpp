// Which certificates the platform holds, and what `gatehouse pki show` prints of them.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "supervisor/pki.hpp"
#include "supervisor/pki_files.hpp"

namespace gatehouse::supervisor {
namespace {

using Row = std::array<std::string, 5>;

std::string_view name_of(CertificateState state) {
  switch (state) {
    case CertificateState::good:
      return "good";
    case CertificateState::renewal_due:
      return "renewal due";
    case CertificateState::not_yet_valid:
      return "not yet valid";
    case CertificateState::expired:
      return "expired";
  }
  std::unreachable();
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
          minute_of(certificate.not_after()), std::string(name_of(state_of(certificate, now)))};
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

CertificateState state_of(const crypto::Certificate& certificate, core::SystemTime now) {
  if (now >= certificate.not_after()) return CertificateState::expired;
  if (now < certificate.not_before()) return CertificateState::not_yet_valid;
  return needs_renewal(certificate, now) ? CertificateState::renewal_due : CertificateState::good;
}

std::vector<HeldCertificate> held_certificates(const std::filesystem::path& data) {
  const PkiPaths paths(data);
  std::vector<HeldCertificate> held;
  held.push_back({paths.anchor, {}, load_certificates(paths.anchor)});
  held.push_back(
      {paths.issuing_certificate, paths.issuing_key, load_certificates(paths.issuing_certificate)});
  for (const auto& directory : instances_below(data)) {
    const LeafPaths leaf(directory);
    held.push_back({leaf.certificate, leaf.key, load_certificates(leaf.certificate)});
  }
  return held;
}

Result<std::string> pki_table(const std::filesystem::path& data, core::SystemTime now) {
  const PkiPaths paths(data);
  const auto held = held_certificates(data);
  if (!held.front().chain) return fail(held.front().chain);
  std::vector<Row> rows{{"CERTIFICATE", "SUBJECT", "URI", "EXPIRES", "STATE"}};
  for (const HeldCertificate& one : held)
    rows.push_back(row_of(one.file.lexically_relative(data).string(), one.chain, now));
  std::error_code ignored;
  const bool root_is_here = std::filesystem::exists(paths.root_key, ignored);
  return printed(rows) + (root_is_here
                              ? "The root's key is on this machine: " + paths.root_key.string() + "\n"
                              : std::string("The root's key is not on this machine.\n"));
}

}  // namespace gatehouse::supervisor
