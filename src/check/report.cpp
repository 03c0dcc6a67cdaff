#include "check/report.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace gatehouse::check {
namespace {

using std::chrono::milliseconds;

// Tokens and leases are judged by the clock; half a second of it is in HTTP's dates themselves.
constexpr milliseconds kSkewMax{5'000};
constexpr std::chrono::hours kExpiresSoon{7 * 24};

std::string days_left(core::SystemTime expires, core::SystemTime now) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(expires - now).count();
  return hours >= 48 ? fmt::format("{} days", hours / 24) : fmt::format("{} hours", hours);
}

std::string tls_words(const Findings& findings, core::SystemTime now) {
  if (!findings.is_reachable) return "-";
  if (findings.tls_version.empty()) return "none";
  if (!findings.certificate_expires) return findings.tls_version;
  return fmt::format("{}, {}", findings.tls_version, days_left(*findings.certificate_expires, now));
}

std::string skew_words(const Findings& findings) {
  return findings.clock_skew ? fmt::format("{:+} ms", findings.clock_skew->count()) : "-";
}

}  // namespace

void judge(Findings& findings, core::SystemTime now) {
  const auto skew = findings.clock_skew.value_or(milliseconds{0});
  if (std::chrono::abs(skew) > kSkewMax)
    findings.problems.push_back(fmt::format("its clock differs from ours by {} s",
                                            std::chrono::round<std::chrono::seconds>(skew).count()));
  if (findings.certificate_expires && *findings.certificate_expires <= now)
    findings.problems.emplace_back("its certificate has expired");
}

bool is_fine(const Findings& findings) {
  return findings.is_reachable && findings.problems.empty() && findings.missing_rights.empty();
}

std::string as_table(const std::vector<Checked>& checked, core::SystemTime now) {
  std::string table = fmt::format("{:<9} {:<42} {:<24} {:<12} {:<20} {:>9}\n", "ENGINE", "NAMED BY", "AT",
                                  "VERSION", "TLS", "CLOCK");
  for (const auto& [mention, findings] : checked) {
    table += fmt::format("{:<9} {:<42} {:<24} {:<12} {:<20} {:>9}\n", mention.engine, mention.path,
                         findings.endpoint, findings.version, tls_words(findings, now), skew_words(findings));
    for (const auto& right : findings.missing_rights) table += fmt::format("  is not allowed: {}\n", right);
    for (const auto& problem : findings.problems) table += fmt::format("  problem: {}\n", problem);
    const bool ends_soon = findings.certificate_expires && *findings.certificate_expires > now &&
                           *findings.certificate_expires < now + kExpiresSoon;
    if (ends_soon) table += "  note: its certificate ends within a week\n";
  }
  return table;
}

json::object as_json(const std::vector<Checked>& checked) {
  json::array engines;
  for (const auto& [mention, findings] : checked) {
    json::object engine{{"engine", mention.engine},
                        {"named_by", mention.path},
                        {"endpoint", findings.endpoint},
                        {"reachable", findings.is_reachable},
                        {"version", findings.version},
                        {"tls_version", findings.tls_version},
                        {"certificate_expires", nullptr},
                        {"clock_skew_ms", nullptr},
                        {"missing_rights", json::value_from(findings.missing_rights)},
                        {"problems", json::value_from(findings.problems)},
                        {"fine", is_fine(findings)}};
    if (findings.certificate_expires)
      engine["certificate_expires"] = core::rfc3339(*findings.certificate_expires);
    if (findings.clock_skew) engine["clock_skew_ms"] = findings.clock_skew->count();
    engines.push_back(std::move(engine));
  }
  const bool all_fine =
      std::ranges::all_of(checked, [](const Checked& one) { return is_fine(one.findings); });
  return {{"fine", all_fine}, {"engines", std::move(engines)}};
}

}  // namespace gatehouse::check
