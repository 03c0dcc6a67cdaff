// One thing that the doctor looks at. An examination is one function here and a line in doctor.cpp; it only
// looks, and changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "check/check.hpp"
#include "core/clock.hpp"
#include "supervisor/platform.hpp"
#include "supervisor/status_file.hpp"

namespace gatehouse::doctor {

enum class Verdict : std::uint8_t {
  warning,  // it works, but not for long or not as it should
  fault,    // something does not work
};

struct Finding {
  Verdict verdict = Verdict::fault;
  std::string subject;  // "payments-1", "gateway http", a file
  std::string words;    // what is wrong with it
  std::string remedy;   // what to do, as a command where there is one
};
using Findings = std::vector<Finding>;

struct Patient {
  const supervisor::Platform& platform;
  std::span<const check::KnownRole> roles;
  core::SystemTime now{};
  bool is_running = false;
  std::optional<supervisor::PlatformStatus> status;  // as the supervisor last wrote it

  [[nodiscard]] supervisor::Layout layout() const { return {platform.data}; }
};

[[nodiscard]] Findings examine_data_directory(const Patient&);
[[nodiscard]] Findings examine_clock(const Patient&);
[[nodiscard]] Findings examine_settings(const Patient&);
[[nodiscard]] Findings examine_certificates(const Patient&);
[[nodiscard]] Findings examine_limits(const Patient&);
[[nodiscard]] Findings examine_ports(const Patient&);
[[nodiscard]] Findings examine_engines(const Patient&);
[[nodiscard]] Findings examine_roles(const Patient&);
[[nodiscard]] Findings examine_work(const Patient&);
// What an instance's metrics tell of work that does not go on. For tests.
[[nodiscard]] Findings signs_in(const std::string& instance, const std::string& exposition);

}  // namespace gatehouse::doctor
