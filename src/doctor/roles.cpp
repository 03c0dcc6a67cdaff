// The supervisor and its roles: who runs, who should, who answers, and who does not and why.
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "doctor/examination.hpp"
#include "supervisor/ask.hpp"

namespace gatehouse::doctor {
namespace {

using supervisor::RoleStatus;

constexpr std::int64_t kManyRestarts = 3;

bool is_one_of_ours(std::int64_t pid) {
  std::string name;
  std::getline(std::ifstream(fmt::format("/proc/{}/comm", pid)), name);
  return pid > 0 && name == "gatehouse";
}

// What a supervisor that was killed has left: its roles end with it, but one that hangs keeps its port.
Findings left_behind(const Patient& patient) {
  Findings findings;
  for (const RoleStatus& role : patient.status->roles) {
    if (!is_one_of_ours(role.pid)) continue;
    findings.push_back({.subject = role.instance,
                        .words = fmt::format("still runs (process {}) without a supervisor", role.pid),
                        .remedy = fmt::format("kill {}", role.pid)});
  }
  const std::string& state = patient.status->state;
  if (findings.empty() && state != "stopped")
    findings.push_back(
        {.verdict = Verdict::warning,
         .subject = "supervisor",
         .words =
             fmt::format("it was {} when it ended without a word: killed, or the machine went down", state),
         .remedy = "gatehouse up goes on where it was; nothing that was acknowledged is lost"});
  return findings;
}

// {"checks":{"store":"pass","registry":"connect_failed"}}: those that do not pass.
std::string failed_checks(const std::string& content) {
  std::string words;
  const auto body = core::parse_json_object(content);
  const json::value* const checks = body ? body->if_contains("checks") : nullptr;
  if (checks == nullptr || !checks->is_object()) return words;
  for (const auto& [name, outcome] : checks->get_object()) {
    if (!outcome.is_string() || outcome.get_string() == "pass") continue;
    words += fmt::format("{}{}: {}", words.empty() ? "" : ", ", std::string_view(name),
                         std::string_view(outcome.get_string()));
  }
  return words;
}

Findings ask_whether_ready(const Patient& patient, const RoleStatus& role, const std::string& log) {
  const supervisor::Instance instance{.name = role.instance, .role = role.role, .port = role.port};
  const auto reply = supervisor::ask(patient.platform, instance, "/health/ready");
  if (reply && reply->status == 200) return {};
  if (reply)
    return {
        {.subject = role.instance,
         .words = fmt::format("runs, but is not ready: {}", failed_checks(reply->content)),
         .remedy = "what it waits for is named before the colon; it goes on by itself once that is back"}};
  return {{.subject = role.instance,
           .words = fmt::format("runs (process {}), but does not answer: {} {}", role.pid,
                                reply.error().reason, reply.error().detail),
           .remedy = fmt::format("{}; kill {} has the supervisor start it anew", log, role.pid)}};
}

Findings look_at_role(const Patient& patient, const RoleStatus& role) {
  const std::string log = fmt::format("gatehouse logs --role {}", role.role);
  if (role.state != "ready")
    return {{.subject = role.instance,
             .words = fmt::format("is {}{}{}", role.state,
                                  role.last_words.empty() ? "" : ", its last words: ", role.last_words),
             .remedy = fmt::format("{}, and {}", log, patient.layout().output_file(role.instance).string())}};
  Findings findings = ask_whether_ready(patient, role, log);
  if (role.restarts >= kManyRestarts)
    findings.push_back({.verdict = Verdict::warning,
                        .subject = role.instance,
                        .words = fmt::format("was started anew {} times", role.restarts),
                        .remedy = fmt::format("{} --level error", log)});
  return findings;
}

}  // namespace

Findings examine_roles(const Patient& patient) {
  if (!patient.status) return {};
  if (!patient.is_running) return left_behind(patient);
  Findings findings;
  for (const RoleStatus& role : patient.status->roles) {
    for (Finding& finding : look_at_role(patient, role)) findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace gatehouse::doctor
