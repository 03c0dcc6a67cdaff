#include "discovery/announcement.hpp"

#include <fmt/format.h>

#include "core/json.hpp"
#include "core/text.hpp"
#include "runtime/timer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::discovery {

namespace log = telemetry::log;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kPatience{2'000};  // for one answer
// Consul takes the state of a check from the first registration alone: an instance announced before it is
// ready stays away from its peers until the next beat, or until Consul has asked.
constexpr milliseconds kReadyFirst{2'000};
constexpr milliseconds kLookAtReadiness{20};

std::string in_millis(milliseconds duration) {
  return fmt::format("{}ms", duration.count());
}

std::string authority_of(const Registration& registration) {
  const bool is_ipv6 = registration.address.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", registration.address, registration.port)
                 : fmt::format("{}:{}", registration.address, registration.port);
}

Result<void> readiness_of(const Registration& registration) {
  return registration.check_readiness ? registration.check_readiness() : Result<void>{};
}

// The registry has spoken, as opposed to being silent.
bool was_answered(const Error& error) {
  return error.reason.starts_with("registry_");
}

json::object check_of(const Registration& registration, const AnnouncementTimes& times, bool is_ready) {
  json::object check{{"Status", is_ready ? "passing" : "critical"},
                     {"DeregisterCriticalServiceAfter", "60s"}};  // Consul's shortest
  if (registration.check == CheckKind::ttl) {
    check["CheckID"] = "ttl:" + registration.id;
    check["TTL"] = in_millis(times.ttl);
    return check;
  }
  check["CheckID"] = "https:" + registration.id;
  check["HTTP"] = fmt::format("https://{}{}", authority_of(registration), registration.check_path);
  check["Interval"] = in_millis(times.check_interval);
  check["Timeout"] = in_millis(kPatience);
  return check;
}

}  // namespace

std::string registration_body(const Registration& registration, const AnnouncementTimes& times,
                              bool is_ready) {
  json::object meta;
  for (const auto& [name, value] : registration.meta) meta[name] = value;
  const json::object body{{"ID", registration.id},
                          {"Name", registration.name},
                          {"Address", registration.address},
                          {"Port", registration.port},
                          {"Tags", json::value_from(registration.tags)},
                          {"Meta", std::move(meta)},
                          {"Check", check_of(registration, times, is_ready)}};
  return json::serialize(body);
}

Announcement::Announcement(RegistryLink& link, Registration registration, AnnouncementTimes times)
    : link_(link), registration_(std::move(registration)), times_(times) {}

Awaitable<Result<http::Reply>> Announcement::announce(const Result<void>& ready) {
  std::string body = registration_body(registration_, times_, ready.has_value());
  const auto deadline = Deadline::after(kPatience);
  co_return co_await link_.call("PUT", "/v1/agent/service/register", std::move(body), deadline);
}

// A registry that restarted has forgotten us. One that waits for our word does not know the check that we
// pass; one that asks us itself is asked whether it still does.
Awaitable<Result<http::Reply>> Announcement::confirm(const Result<void>& ready) {
  const std::string id = core::percent_encode(registration_.id);
  const auto deadline = Deadline::after(kPatience);
  if (registration_.check == CheckKind::https) {
    co_return co_await link_.call("GET", "/v1/agent/service/" + id, "", deadline);
  }
  std::string beat = "/v1/agent/check/pass/ttl:" + id;
  if (!ready) {
    beat = fmt::format("/v1/agent/check/fail/ttl:{}?note={}", id, core::percent_encode(ready.error().reason));
  }
  co_return co_await link_.call("PUT", std::move(beat), "", deadline);
}

// A registry that answers and does not take us is a mistake of the configuration: said once.
void Announcement::tell_refusal(const Error& error) {
  if (!was_answered(error) || error.detail == told_) return;
  told_ = error.detail;
  log::warn("registration-refused", "the registry does not take this instance: peers cannot find it",
            {log::field(error)});
}

Awaitable<> Announcement::keep() {
  const auto waited = co_await wait_for_readiness(Deadline::after(kReadyFirst));
  if (!waited) co_return;
  std::size_t failures = 0;
  for (;;) {
    const bool was_registered = is_registered_;
    const Result<void> ready = readiness_of(registration_);
    const auto reply = was_registered ? co_await confirm(ready) : co_await announce(ready);
    if (reply) {
      is_registered_ = true;
      was_ready_ = ready.has_value();
      failures = 0;
      told_.clear();
    } else {
      // Only an answer says that we are not known; silence says nothing.
      is_registered_ = was_registered && !was_answered(reply.error());
      ++failures;
      if (was_registered && !is_registered_) {
        log::info("registration-lost",
                  "the registry has forgotten this instance, which announces itself again",
                  {log::field(reply.error())});
      } else if (!was_registered) {
        tell_refusal(reply.error());
      }
    }
    const auto paused = co_await pause(failures);
    if (!paused) co_return;
  }
}

Awaitable<Result<void>> Announcement::pause(std::size_t failures) {
  if (failures > 0) co_return co_await runtime::sleep_for(link_.retry_delay(failures));
  if (was_ready_) co_return co_await runtime::sleep_for(times_.heartbeat);
  co_return co_await wait_for_readiness(Deadline::after(times_.heartbeat));
}

Awaitable<Result<void>> Announcement::wait_for_readiness(Deadline deadline) {
  while (!deadline.is_over() && !readiness_of(registration_)) {
    const auto slept = co_await runtime::sleep_for(kLookAtReadiness);
    if (!slept) co_return slept;
  }
  co_return Result<void>{};
}

Awaitable<> Announcement::withdraw(Deadline deadline) {
  const std::string target = "/v1/agent/service/deregister/" + core::percent_encode(registration_.id);
  const auto gone = co_await link_.call("PUT", target, "", deadline.capped(milliseconds{500}));
  is_registered_ = false;
  if (gone || gone.error().kind == ErrorKind::not_found) co_return;
  log::warn("deregistration-failed", "the registry did not hear that this instance stops",
            {log::field(gone.error())});
}

}  // namespace gatehouse::discovery
