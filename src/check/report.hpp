// What `gatehouse check` tells: a table for people, one JSON object for programs.
#pragma once

#include <string>
#include <vector>

#include "check/probe.hpp"

namespace gatehouse::check {

struct Checked {
  Mention mention;
  Findings findings;
};

// Tries every engine that the platform names.
[[nodiscard]] std::vector<Checked> try_engines(const supervisor::Platform& platform,
                                               std::span<const KnownRole> roles);

// Reachable, nothing missing, a certificate that lasts, and a clock close enough to ours for tokens and
// leases. Adds to findings.problems what follows from the numbers.
void judge(Findings& findings, core::SystemTime now);
[[nodiscard]] bool is_fine(const Findings& findings);

[[nodiscard]] std::string as_table(const std::vector<Checked>& checked, core::SystemTime now);
[[nodiscard]] json::object as_json(const std::vector<Checked>& checked);

}  // namespace gatehouse::check
