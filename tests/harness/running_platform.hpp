// A whole platform for one test: `gatehouse up --detach` in a directory of its own, on free ports. It is
// stopped when the test ends, and also when the test is killed.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "demo/sign_in.hpp"
#include "demo/user_agent.hpp"
#include "supervisor/platform.hpp"
#include "tests/harness/process.hpp"

namespace gatehouse::tests {

// The executable under test: $GATEHOUSE. Throws if it is not set.
[[nodiscard]] std::string executable();

struct PlatformOptions {
  std::map<std::string, std::size_t> instances = {};  // by role, where not one
  std::map<std::string, json::object> settings = {};  // by role
  json::object tracing = {};                          // empty: no traces
  // By role and name: what stands in its secrets directory from the start.
  std::map<std::string, std::map<std::string, std::string>> secrets = {};
  std::string program = {};  // empty: executable()
  // Fills the data directory, with a platform file of its own, before the start. Empty: platform_file().
  std::function<void(const std::filesystem::path& data)> prepare = {};
};

// A platform.json with free ports only.
[[nodiscard]] json::object platform_file(const PlatformOptions& options);
void write_platform_file(const std::filesystem::path& data, const PlatformOptions& options);
void write_secrets(const std::filesystem::path& data, const PlatformOptions& options);

class RunningPlatform {
 public:
  // Returns when the platform is ready; throws std::runtime_error with what it said otherwise.
  explicit RunningPlatform(PlatformOptions options = {});
  RunningPlatform(const RunningPlatform&) = delete;
  ~RunningPlatform();

  [[nodiscard]] const std::filesystem::path& data() const { return directory_.path(); }
  [[nodiscard]] const supervisor::Platform& plan() const { return plan_; }
  [[nodiscard]] supervisor::Layout layout() const { return {data()}; }
  // `gatehouse <words> --data <data>`.
  [[nodiscard]] Outcome gatehouse(std::vector<std::string> words,
                                  std::chrono::milliseconds limit = std::chrono::seconds{60}) const;

  // From data/run/status.json.
  [[nodiscard]] json::object status() const;
  [[nodiscard]] pid_t pid_of(std::string_view instance) const;
  [[nodiscard]] bool wait_until_ready(std::chrono::milliseconds limit) const;
  // SIGKILL; the supervisor starts it again. False if it was not running.
  bool kill_instance(std::string_view instance) const;
  // Its log lines, from all of its files.
  [[nodiscard]] std::string log_of(std::string_view instance) const;
  // What went wrong, for the report of a failed test: the last lines of every log with a warning or worse.
  [[nodiscard]] std::string complaints() const;

  // Clients. `identity` is a directory of data/instances whose certificate they show; empty: none.
  [[nodiscard]] std::unique_ptr<demo::UserAgent> through_https(std::string_view identity = {}) const;
  [[nodiscard]] std::unique_ptr<demo::UserAgent> through_http() const;
  [[nodiscard]] std::unique_ptr<demo::UserAgent> admin() const;
  // Straight to an instance's mTLS port.
  [[nodiscard]] std::unique_ptr<demo::UserAgent> direct(std::string_view instance,
                                                        std::string_view identity) const;

  [[nodiscard]] Result<demo::Endpoints> endpoints() const;
  [[nodiscard]] Result<demo::Tokens> sign_in(std::string_view username) const;
  // An access token of the client payments-robot, by client credentials.
  [[nodiscard]] Result<std::string> robot_token() const;

 private:
  [[nodiscard]] http::Target target(std::uint16_t port, std::string_view identity) const;

  TemporaryDirectory directory_;
  std::string program_;
  supervisor::Platform plan_;
  int guardian_ = -1;  // a pipe: when we die, its other end stops the platform
};

}  // namespace gatehouse::tests
