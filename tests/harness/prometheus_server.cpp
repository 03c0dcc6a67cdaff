#include "tests/harness/prometheus_server.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include <re2/re2.h>

#include "core/text.hpp"
#include "tests/harness/or_throw.hpp"

namespace gatehouse::tests {

namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr int kTimesFaster = 30;
constexpr int kShortestWindow = 5;  // seconds: several scrapes must lie in it

std::string content_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator(in), {}};
}

int seconds_of(const std::string& amount, char unit) {
  const int number = std::stoi(amount);
  if (unit == 'd') return number * 86'400;
  if (unit == 'h') return number * 3'600;
  return unit == 'm' ? number * 60 : number;
}

// What `pattern` finds as (before)(number)(unit)(after), shortened.
std::string shorten(const std::string& text, const char* pattern, int least) {
  const RE2 duration(pattern);
  std::string out;
  re2::StringPiece rest(text);
  std::array<re2::StringPiece, 5> found;
  while (duration.Match(rest, 0, rest.size(), RE2::UNANCHORED, found.data(), found.size())) {
    const auto before = static_cast<std::size_t>(found[0].data() - rest.data());
    out.append(rest.data(), before);
    const int wanted = seconds_of(found[2].as_string(), found[3][0]) / kTimesFaster;
    out += fmt::format("{}{}s{}", found[1].as_string(), std::max(wanted, least), found[4].as_string());
    rest.remove_prefix(before + found[0].size());
  }
  return out.append(rest.data(), rest.size());
}

fs::path shipped() {
  const char* source = std::getenv("GATEHOUSE_SOURCE");
  if (source == nullptr) throw std::runtime_error("GATEHOUSE_SOURCE must name the project's directory");
  return fs::path(source) / "deploy" / "prometheus";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t count = 0;
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()), ++count)
    text.replace(at, from.size(), to);
  if (count == 0) throw std::runtime_error("prometheus.yml does not have " + from);
  return text;
}

std::uint16_t registry_port_of(const RunningPlatform& platform) {
  const auto instances = supervisor::instances_of(platform.plan());
  const auto registry = std::ranges::find(instances, "registry", &supervisor::Instance::role);
  if (registry == instances.end()) throw std::runtime_error("the platform has no registry of its own");
  return registry->port;
}

void write_configuration(const fs::path& directory, const RunningPlatform& platform) {
  std::string text = content_of(shipped() / "prometheus.yml");
  text = replaced(text, "../../data/", platform.data().string() + "/");
  text = replaced(text, "127.0.0.1:8500", fmt::format("127.0.0.1:{}", registry_port_of(platform)));
  RE2::GlobalReplace(&text, R"((scrape_interval|evaluation_interval|scrape_timeout): *\w+)", R"(\1: 1s)");
  std::ofstream(directory / "prometheus.yml") << text;

  fs::create_directories(directory / "rules");
  for (const auto& file : fs::directory_iterator(shipped() / "rules")) {
    std::string rules = in_short_time(content_of(file.path()));
    rules = shorten(rules, R"((for: *)(\d+)([smhd])(\b))", 1);
    RE2::GlobalReplace(&rules, R"(interval: *\w+)", "interval: 1s");
    std::ofstream(directory / "rules" / file.path().filename()) << rules;
  }
}

}  // namespace

std::string in_short_time(const std::string& expression) {
  return shorten(expression, R"((\[)(\d+)([smhd])(\]|:))", kShortestWindow);
}

PrometheusServer::PrometheusServer(const RunningPlatform& platform) {
  write_configuration(directory_.path(), platform);
  process_ = std::make_unique<Process>(
      Command{.words = {"prometheus-3", "--config.file=" + (directory_.path() / "prometheus.yml").string(),
                        "--storage.tsdb.path=" + (directory_.path() / "tsdb").string(),
                        fmt::format("--web.listen-address=127.0.0.1:{}", port_),
                        "--enable-feature=exemplar-storage", "--log.level=warn"},
              .user = {}});
  const bool is_ready = eventually(seconds{30}, [this] {
    demo::UserAgent agent(http::Target{.host = "127.0.0.1", .port = port_}, {});
    const auto reply = agent.send(demo::get("/-/ready"));
    return reply && reply->status == 200;
  });
  if (!is_ready) throw std::runtime_error("Prometheus does not become ready: " + output());
}

json::object PrometheusServer::ask(const std::string& target) const {
  demo::UserAgent agent(http::Target{.host = "127.0.0.1", .port = port_}, {});
  const auto reply = or_throw(agent.send(demo::get(target)), "Prometheus");
  const auto answer = json::parse(reply.content).as_object();
  if (answer.at("status").as_string() != "success")
    throw std::runtime_error(target + ": " + json::serialize(answer));
  return answer;
}

json::array PrometheusServer::query(const std::string& expression) const {
  const auto answer = ask("/api/v1/query?query=" + core::percent_encode(expression));
  const auto& result = answer.at("data").at("result");
  return result.is_array() ? result.as_array() : json::array{result};
}

json::array PrometheusServer::exemplars(const std::string& selector) const {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return ask(fmt::format("/api/v1/query_exemplars?query={}&start={}&end={}", core::percent_encode(selector),
                         now - 600, now + 1))
      .at("data")
      .as_array();
}

std::vector<Alert> PrometheusServer::alerts() const {
  std::vector<Alert> alerts;
  for (const json::value& alert : ask("/api/v1/alerts").at("data").at("alerts").as_array()) {
    const auto& labels = alert.at("labels").as_object();
    alerts.push_back({std::string(labels.at("alertname").as_string()), labels,
                      std::string(alert.at("state").as_string())});
  }
  return alerts;
}

bool PrometheusServer::fires(std::string_view name) const {
  return std::ranges::any_of(
      alerts(), [name](const Alert& alert) { return alert.name == name && alert.state == "firing"; });
}

std::vector<std::string> PrometheusServer::instances_up() const {
  std::vector<std::string> instances;
  for (const json::value& sample : query("up == 1"))
    instances.emplace_back(sample.at("metric").at("instance").as_string());
  return instances;
}

std::vector<std::string> PrometheusServer::broken_rules() const {
  std::vector<std::string> broken;
  for (const json::value& group : ask("/api/v1/rules").at("data").at("groups").as_array()) {
    for (const json::value& rule : group.at("rules").as_array()) {
      if (rule.at("health").as_string() != "ok")
        broken.push_back(json::serialize(rule.at("name")) + ": " + json::serialize(rule));
    }
  }
  return broken;
}

}  // namespace gatehouse::tests
