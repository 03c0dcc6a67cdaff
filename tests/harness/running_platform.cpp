#include "tests/harness/running_platform.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "supervisor/durable_file.hpp"
#include "tests/harness/or_throw.hpp"

namespace gatehouse::tests {

namespace {

constexpr std::chrono::seconds kStartPatience{60};
constexpr std::size_t kPortsBetweenInstances = 100;
constexpr std::string_view kRoles[] = {"registry", "provider-sim", "auth",   "payments",
                                       "orders",   "auth-server",  "gateway"};

// Waits, in a process of its own, until the test that holds the pipe's other end is gone.
int guard(const std::string& program, const std::filesystem::path& data) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  const std::string script = "read -r _; \"$0\" down --data \"$1\" >/dev/null 2>&1; rm -rf \"$1\"";
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    ::dup2(pipe[0], 0);
    const int null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, 1);
    ::dup2(null, 2);
    ::execl("/bin/sh", "sh", "-c", script.c_str(), program.c_str(), data.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(pipe[0]);
  return pipe[1];
}

}  // namespace

std::string executable() {
  const char* path = std::getenv("GATEHOUSE");
  if (path == nullptr) throw std::runtime_error("GATEHOUSE must name the executable under test");
  return path;
}

json::object platform_file(const PlatformOptions& options) {
  const auto instances_of = [&](std::string_view role) {
    const auto known = options.instances.find(std::string(role));
    return known == options.instances.end() ? 1 : known->second;
  };
  json::object roles;
  for (const std::string_view role : kRoles) {
    const std::size_t instances = instances_of(role);
    json::object plan{{"port", free_ports(instances, kPortsBetweenInstances)}, {"instances", instances}};
    const auto settings = options.settings.find(std::string(role));
    if (settings != options.settings.end()) plan["settings"] = settings->second;
    roles[role] = std::move(plan);
  }
  // A role that runs only where it has settings.
  if (const auto shipper = options.settings.find("log-shipper"); shipper != options.settings.end())
    roles["log-shipper"] = {{"port", free_port()}, {"settings", shipper->second}};
  // Gateways share the ports of the public, and each has an Admin API of its own.
  const std::uint16_t admin = free_ports(instances_of("gateway"), kPortsBetweenInstances);
  json::object platform{
      {"gateway", {{"http_port", free_port()}, {"https_port", free_port()}, {"admin_port", admin}}},
      {"roles", std::move(roles)}};
  if (!options.tracing.empty()) platform["tracing"] = options.tracing;
  return platform;
}

void write_platform_file(const std::filesystem::path& data, const PlatformOptions& options) {
  std::ofstream(data / "platform.json") << json::serialize(platform_file(options)) << "\n";
}

void write_secrets(const std::filesystem::path& data, const PlatformOptions& options) {
  const supervisor::Layout layout{data};
  for (const auto& [role, secrets] : options.secrets) {
    const std::filesystem::path directory = layout.secrets_dir(role);
    std::filesystem::create_directories(directory);
    for (const auto& [name, text] : secrets) {
      std::ofstream(directory / name) << text << "\n";
      std::filesystem::permissions(directory / name, std::filesystem::perms{0600});
    }
  }
}

RunningPlatform::RunningPlatform(PlatformOptions options)
    : program_(options.program.empty() ? executable() : options.program) {
  if (options.prepare) {
    options.prepare(data());
  } else {
    write_platform_file(data(), options);
  }
  write_secrets(data(), options);
  plan_ = or_throw(supervisor::Platform::load(data()), "platform.json");
  guardian_ = guard(program_, data());
  const Outcome started = gatehouse({"up", "--detach"}, kStartPatience);
  if (started.code != 0) throw std::runtime_error(started.output + complaints());
}

RunningPlatform::~RunningPlatform() {
  const Outcome stopped = gatehouse({"down"});
  if (stopped.code != 0) {  // the roles die with their supervisor
    const auto known = status();
    if (const auto* pid = known.if_contains("pid")) ::kill(static_cast<pid_t>(pid->as_int64()), SIGKILL);
  }
  ::close(guardian_);
}

Outcome RunningPlatform::gatehouse(std::vector<std::string> words, std::chrono::milliseconds limit) const {
  words.insert(words.begin(), program_);
  // `pki issue` and its like take the option of their parent.
  words.insert(words.begin() + 2, {"--data", data().string()});
  return run({.words = std::move(words), .user = {}}, limit);
}

json::object RunningPlatform::status() const {
  const auto text = supervisor::read_file(layout().status_file());
  if (!text) return {};
  auto object = core::parse_json_object(*text);
  return object ? std::move(*object) : json::object{};
}

pid_t RunningPlatform::pid_of(std::string_view instance) const {
  const auto known = status();
  const auto* roles = known.if_contains("roles");
  if (roles == nullptr) return 0;
  for (const json::value& entry : roles->as_array()) {
    if (entry.at("instance").as_string() == instance) return static_cast<pid_t>(entry.at("pid").as_int64());
  }
  return 0;
}

bool RunningPlatform::wait_until_ready(std::chrono::milliseconds limit) const {
  return eventually(limit, [this] {
    const auto known = status();
    const auto* state = known.if_contains("state");
    return state != nullptr && *state == json::string("ready");
  });
}

bool RunningPlatform::kill_instance(std::string_view instance) const {
  const pid_t pid = pid_of(instance);
  return pid > 0 && ::kill(pid, SIGKILL) == 0;
}

std::string RunningPlatform::log_of(std::string_view instance) const {
  std::string lines;
  for (const auto& file : telemetry::log_files_of(layout().logs_dir(), instance)) {
    std::ifstream log(file.path);
    lines.append(std::istreambuf_iterator<char>(log), {});
  }
  return lines;
}

std::string RunningPlatform::complaints() const {
  std::string found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(layout().logs_dir(), ignored)) {
    std::ifstream log(entry.path());
    std::vector<std::string> lines;
    for (std::string line; std::getline(log, line);) {
      if (line.find("\"info\"") == std::string::npos && line.find("\"debug\"") == std::string::npos)
        lines.push_back(line);
    }
    const std::size_t first = lines.size() > 5 ? lines.size() - 5 : 0;
    for (std::size_t i = first; i < lines.size(); ++i)
      found += fmt::format("{}: {}\n", entry.path().filename().string(), lines[i]);
  }
  return found;
}

http::Target RunningPlatform::target(std::uint16_t port, std::string_view identity) const {
  const auto directory = identity.empty() ? std::filesystem::path() : layout().instance_dir(identity);
  return or_throw(demo::https_target(layout().ca_file(), port, directory), "certificates");
}

std::unique_ptr<demo::UserAgent> RunningPlatform::through_https(std::string_view identity) const {
  return std::make_unique<demo::UserAgent>(
      target(plan_.gateway_https, identity),
      demo::AgentOptions{.host_header = fmt::format("localhost:{}", plan_.gateway_https)});
}

std::unique_ptr<demo::UserAgent> RunningPlatform::through_http() const {
  return std::make_unique<demo::UserAgent>(http::Target{.host = "127.0.0.1", .port = plan_.gateway_http},
                                           demo::AgentOptions{});
}

std::unique_ptr<demo::UserAgent> RunningPlatform::admin() const {
  return std::make_unique<demo::UserAgent>(http::Target{.host = "127.0.0.1", .port = plan_.gateway_admin},
                                           demo::AgentOptions{});
}

std::unique_ptr<demo::UserAgent> RunningPlatform::direct(std::string_view instance,
                                                         std::string_view identity) const {
  for (const supervisor::Instance& known : supervisor::instances_of(plan_)) {
    if (known.name == instance)
      return std::make_unique<demo::UserAgent>(target(known.port, identity), demo::AgentOptions{});
  }
  throw std::runtime_error("no such instance: " + std::string(instance));
}

Result<demo::Endpoints> RunningPlatform::endpoints() const {
  const auto document = through_https()->ask(demo::get(std::string(demo::kDiscoveryPath)), 200);
  if (!document) return fail(document);
  return demo::Endpoints::from_document(*document);
}

Result<demo::Tokens> RunningPlatform::sign_in(std::string_view username) const {
  const auto places = endpoints();
  if (!places) return fail(places);
  const auto password = demo::password_of(username, layout().credentials_file());
  if (!password) return fail(password);
  return demo::sign_in(*through_https(), *places, username, *password);
}

Result<std::string> RunningPlatform::robot_token() const {
  const auto secret = supervisor::read_file(layout().secrets_dir("auth-server") / "client_payments-robot");
  if (!secret) return fail(secret);
  const auto places = endpoints();
  if (!places) return fail(places);
  const auto reply = through_https()->ask(
      demo::post_form(places->token, {{"grant_type", "client_credentials"},
                                      {"client_id", "payments-robot"},
                                      {"client_secret", secret->substr(0, secret->find('\n'))}}),
      200);
  if (!reply) return fail(reply);
  return demo::text_at(*reply, "/access_token").value_or("");
}

}  // namespace gatehouse::tests
