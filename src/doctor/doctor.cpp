#include "doctor/doctor.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "core/json.hpp"
#include "doctor/examination.hpp"
#include "supervisor/data_lock.hpp"

namespace gatehouse::doctor {
namespace {

struct Examination {
  std::string_view name;
  Findings (*examine)(const Patient&);
};

// In the order in which one thing is the cause of the next.
constexpr Examination kExaminations[] = {
    {"data directory", examine_data_directory},
    {"clock", examine_clock},
    {"settings", examine_settings},
    {"certificates", examine_certificates},
    {"limits", examine_limits},
    {"ports", examine_ports},
    {"engines", examine_engines},
    {"roles", examine_roles},
    {"work", examine_work},
};

std::string_view name_of(Verdict verdict) {
  return verdict == Verdict::fault ? "fault" : "warning";
}

void print_text(std::string_view examination, const Findings& findings) {
  if (findings.empty()) fmt::print("{:<15} fine\n", examination);
  for (const Finding& finding : findings) {
    fmt::print("{:<15} {:<8} {}: {}\n", examination, name_of(finding.verdict), finding.subject,
               finding.words);
    if (!finding.remedy.empty()) fmt::print("{:<25}→ {}\n", "", finding.remedy);
    examination = {};  // once is enough
  }
  std::fflush(stdout);  // some take seconds
}

void add_json(json::array& to, std::string_view examination, const Findings& findings) {
  for (const Finding& finding : findings) {
    to.push_back(json::object{{"examination", examination},
                              {"verdict", name_of(finding.verdict)},
                              {"subject", finding.subject},
                              {"words", finding.words},
                              {"remedy", finding.remedy}});
  }
}

// Without its file there is no platform to examine.
int complain(const DoctorOptions& options, const Error& error) {
  const Findings findings{{.subject = "platform.yml",
                           .words = error.detail.empty() ? std::string(error.reason) : error.detail,
                           .remedy = "mend the line, or move the file away: the next start writes one anew"}};
  if (options.format == Format::json) {
    json::array all;
    add_json(all, "settings", findings);
    fmt::print("{}\n", json::serialize(json::object{{"fine", false}, {"findings", std::move(all)}}));
  } else {
    print_text("settings", findings);
  }
  return 1;
}

}  // namespace

int run(const DoctorOptions& options, std::span<const check::KnownRole> roles) {
  const auto platform =
      supervisor::Platform::load(std::filesystem::absolute(options.data).lexically_normal());
  if (!platform) return complain(options, platform.error());
  Patient patient{.platform = *platform, .roles = roles, .now = core::SystemClock().now()};
  patient.is_running = supervisor::DataLock::is_held(patient.layout());
  if (auto status = supervisor::read_status(patient.layout())) patient.status = std::move(*status);

  bool has_fault = false;
  json::array all;
  for (const Examination& examination : kExaminations) {
    const Findings findings = examination.examine(patient);
    has_fault = has_fault || std::ranges::find(findings, Verdict::fault, &Finding::verdict) != findings.end();
    if (options.format == Format::json) {
      add_json(all, examination.name, findings);
    } else {
      print_text(examination.name, findings);
    }
  }
  if (options.format == Format::json)
    fmt::print("{}\n", json::serialize(json::object{{"fine", !has_fault}, {"findings", std::move(all)}}));
  return has_fault ? 1 : 0;
}

}  // namespace gatehouse::doctor
