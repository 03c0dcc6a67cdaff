// The settings of the roles, and the engines that they name: as `gatehouse check` sees them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "check/report.hpp"
#include "doctor/examination.hpp"

namespace gatehouse::doctor {

Findings examine_settings(const Patient& patient) {
  const auto read = check::read_settings(patient.platform, patient.roles);
  if (read) return {};
  return {{.subject = std::string(read.error().reason),
           .words = read.error().detail,
           .remedy = fmt::format("mend it in {}", patient.platform.file.string())}};
}

Findings examine_engines(const Patient& patient) {
  Findings findings;
  for (const auto& [mention, found] : check::try_engines(patient.platform, patient.roles)) {
    if (check::is_fine(found)) continue;
    const auto add = [&](std::string words) {
      findings.push_back(
          {.subject = fmt::format("{} at {}", mention.engine, found.endpoint),
           .words = std::move(words),
           .remedy = fmt::format("see {} in {}", mention.path, patient.platform.file.string())});
    };
    for (const std::string& problem : found.problems) add(problem);
    if (!found.missing_rights.empty())
      add(fmt::format("is not allowed: {}", fmt::join(found.missing_rights, ", ")));
    if (!found.is_reachable && found.problems.empty()) add("cannot be reached");
  }
  return findings;
}

}  // namespace gatehouse::doctor
