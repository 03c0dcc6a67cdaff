// Work that does not go on, as the roles themselves measure it: the gauges on which the alerts of
// deploy/prometheus stand, for whoever runs no Prometheus.
#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"
#include "doctor/examination.hpp"
#include "supervisor/ask.hpp"

namespace gatehouse::doctor {
namespace {

using supervisor::RoleStatus;

struct Sign {
  std::string_view metric;
  double above;
  Verdict verdict;
  std::string_view words;  // "{} orders …"
  std::string_view remedy;
};

constexpr Sign kSigns[] = {
    {"saga_stuck", 0, Verdict::fault, "{} orders have not moved for a minute",
     "gatehouse logs --role orders --level warn names what their payments wait for; they go on by "
     "themselves"},
    {"payment_unknown", 0, Verdict::warning,
     "of {} payments nobody knows whether the provider took the money",
     "they are asked about until it is known: gatehouse logs --role payments --level warn"},
    {"ledger_imbalance", 0, Verdict::fault,
     "{} changes were refused that would have put the books in contradiction",
     "gatehouse logs --role payments --level error names the payments; nothing was booked"},
    {"circuit_breaker_state", 1, Verdict::fault, "does not ask {} any more: it fails or is too slow",
     "it is tried again every few seconds: look at that service first"},
    {"outbox_pending", 1'000, Verdict::warning, "{} events wait for subscribers",
     "gatehouse logs --role orders --level warn names the subscriber that does not take them"},
    {"log_lines_dropped_total", 0, Verdict::warning, "{} log lines were lost", "is the disk full, or slow?"},
};

struct Sample {
  double value = 0;
  std::string_view labels;  // {upstream="provider-sim",operation="charge"}
};

// The largest of a family; nothing if the role has none such.
std::optional<Sample> largest_of(std::string_view metric, const std::string& exposition) {
  std::optional<Sample> largest;
  for (const std::string_view line : core::split(exposition, '\n')) {
    if (!line.starts_with(metric)) continue;
    const std::string_view rest = line.substr(metric.size());
    const auto space = rest.rfind(' ');
    if (space == std::string_view::npos || (rest.front() != ' ' && rest.front() != '{')) continue;
    const auto value = core::parse_int<std::int64_t>(rest.substr(space + 1));
    if (!value || (largest && largest->value >= static_cast<double>(*value))) continue;
    largest = Sample{static_cast<double>(*value), rest.substr(0, space)};
  }
  return largest;
}

// What a sign is about: its upstream, or how many.
std::string subject_of(const Sample& sample) {
  constexpr std::string_view key = "upstream=\"";
  const auto begin = sample.labels.find(key);
  if (begin == std::string_view::npos) return fmt::format("{}", sample.value);
  const std::string_view rest = sample.labels.substr(begin + key.size());
  return std::string(rest.substr(0, rest.find('"')));
}

Findings signs_of(const Patient& patient, const RoleStatus& role) {
  const supervisor::Instance instance{.name = role.instance, .role = role.role, .port = role.port};
  const auto reply = supervisor::ask(patient.platform, instance, "/metrics");
  if (!reply || reply->status != 200) return {};  // that it does not answer was said before
  return signs_in(role.instance, reply->content);
}

}  // namespace

Findings signs_in(const std::string& instance, const std::string& exposition) {
  Findings findings;
  for (const Sign& sign : kSigns) {
    const auto largest = largest_of(sign.metric, exposition);
    if (!largest || largest->value <= sign.above) continue;
    findings.push_back({.verdict = sign.verdict,
                        .subject = instance,
                        .words = fmt::format(fmt::runtime(sign.words), subject_of(*largest)),
                        .remedy = std::string(sign.remedy)});
  }
  return findings;
}

Findings examine_work(const Patient& patient) {
  if (!patient.status || !patient.is_running) return {};
  Findings findings;
  for (const RoleStatus& role : patient.status->roles) {
    if (role.state != "ready") continue;
    for (Finding& finding : signs_of(patient, role)) findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace gatehouse::doctor
