// For tests of `gatehouse check`: one probe, asked as the role auth of a platform in a directory of its own.
#pragma once

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "check/probe.hpp"
#include "check/report.hpp"
#include "runtime/worker.hpp"
#include "telemetry/log.hpp"
#include "tests/harness/process.hpp"

namespace gatehouse::tests {

class Checking : public testing::Test {
 protected:
  Checking() {
    log::configure("component-test", "", log::Level::off);
    std::filesystem::create_directories(data_.path() / "roles" / "auth" / "secrets");
  }

  check::Findings probe(const std::string& engine, const json::object& settings,
                        const supervisor::Platform& platform, core::SystemTime now) {
    core::ManualClock clock(now);
    boost::asio::io_context io{1};
    http::Client http(io.get_executor(), {});
    const check::Surroundings around{
        .platform = platform, .roles = roles_, .clock = clock, .http = http, .executor = io.get_executor()};
    check::Mention mention{.engine = engine, .path = "here", .role = "auth", .settings = settings};
    auto findings = runtime::run_to_end(io, check::probe_of(engine)(std::move(mention), around));
    check::judge(findings, now);
    http.close_idle();
    return findings;
  }
  check::Findings probe(const std::string& engine, const json::object& settings) {
    return probe(engine, settings, supervisor::Platform::load(data_.path()).value(),
                 core::SystemClock().now());
  }
  void keep_secret(const std::string& name, std::string_view value) const {
    std::ofstream(data_.path() / "roles" / "auth" / "secrets" / name) << value << '\n';
  }
  static std::string told(const check::Findings& findings) {
    std::string text;
    for (const auto& problem : findings.problems) text += problem + "\n";
    for (const auto& right : findings.missing_rights) text += "missing " + right + "\n";
    return text;
  }

  TemporaryDirectory data_;
  std::span<const check::KnownRole> roles_;
};

}  // namespace gatehouse::tests
