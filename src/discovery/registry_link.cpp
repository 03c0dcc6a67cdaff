#include "discovery/registry_link.hpp"

#include <fstream>

#include <fmt/format.h>

#include "telemetry/log.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::discovery {

namespace log = telemetry::log;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kUntold{1'000};  // shorter silences, as at start-up, are not worth a line

Result<http::Reply> checked(http::Reply reply) {
  if (reply.status == 200) return reply;
  const std::string detail = fmt::format("{} {}", reply.status, reply.content.substr(0, 200));
  // Consul before 1.10 says it with 500.
  const bool is_unknown = reply.status == 404 || reply.content.starts_with("Unknown ");
  if (is_unknown) return fail(ErrorKind::not_found, "registry_unknown", detail, Origin::upstream);
  if (reply.status == 401 || reply.status == 403)
    return fail(ErrorKind::forbidden, "registry_forbids", detail, Origin::upstream);
  return fail(ErrorKind::bad_upstream, "registry_refused", detail, Origin::upstream);
}

}  // namespace

RegistryLink::RegistryLink(http::Client& http, LinkOptions options, telemetry::Metrics* metrics)
    : http_(http),
      options_(std::move(options)),
      random_(static_cast<std::minstd_rand::result_type>(telemetry::fast_random())) {
  if (metrics != nullptr)
    errors_ = &metrics->counter("discovery_errors_total", "Calls to the registry that failed");
  read_token();
}

void RegistryLink::read_token() {
  if (options_.token_file.empty()) return;
  std::string line;
  std::ifstream file(options_.token_file);
  std::getline(file, line);
  while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
  token_ = Secret(std::move(line));
}

milliseconds RegistryLink::retry_delay(std::size_t failures) {
  const auto doubled = (options_.retry.count() / 8) << std::min<std::size_t>(failures, 7);
  const auto ceiling = std::clamp<milliseconds::rep>(doubled, 2, options_.retry.count() * 10);
  std::uniform_int_distribution<milliseconds::rep> spread(ceiling / 2, ceiling);
  return milliseconds{spread(random_)};
}

void RegistryLink::note_failure(const Error& error) {
  if (error.kind == ErrorKind::cancelled) return;
  is_connected_ = false;
  if (!patience_) patience_ = Deadline::after(kUntold);
  if (has_told_ || !patience_->is_over()) return;
  has_told_ = true;
  log::warn("registry-lost", "the registry does not answer; the last known instances stay in force",
            {log::field("server.address", options_.registry.host),
             log::field("server.port", options_.registry.port), log::field(error)});
}

void RegistryLink::note_answer() {
  is_connected_ = true;
  patience_.reset();
  if (std::exchange(has_told_, false)) log::info("registry-back", "the registry answers again");
}

Awaitable<Result<http::Reply>> RegistryLink::call(std::string method, std::string target, std::string content,
                                                  Deadline deadline) {
  http::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  if (!content.empty()) request.headers.add("Content-Type", "application/json");
  request.content = std::move(content);
  if (!token_.empty()) request.headers.add("X-Consul-Token", token_.reveal());
  auto reply = co_await http_.fetch(options_.registry, request, deadline);
  if (reply) {
    note_answer();
    reply = checked(std::move(*reply));
  } else {
    note_failure(reply.error());
  }
  if (reply) co_return reply;
  if (errors_ != nullptr) errors_->add();
  if (reply.error().kind == ErrorKind::forbidden) read_token();  // it may have been replaced meanwhile
  co_return reply;
}

}  // namespace gatehouse::discovery
