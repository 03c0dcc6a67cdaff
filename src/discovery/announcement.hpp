// Keeps one instance announced: registers it, makes sure that the registry still knows it, and says so again
// when it has forgotten.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "discovery/registry_link.hpp"
#include "discovery/settings.hpp"

namespace gatehouse::discovery {

struct Registration {
  std::string id;
  std::string name;  // "orders-service"
  std::string address;
  std::uint16_t port = 0;
  std::vector<std::string> tags = {};
  std::map<std::string, std::string> meta = {};
  CheckKind check = CheckKind::ttl;
  std::string check_path = "/health/ready";            // of https
  std::function<Result<void>()> check_readiness = {};  // none: always ready
};

struct AnnouncementTimes {
  std::chrono::milliseconds ttl{3'000};  // the check turns critical after this silence
  std::chrono::milliseconds heartbeat{1'000};
  std::chrono::milliseconds check_interval{1'000};  // of https
};

class Announcement {
 public:
  Announcement(RegistryLink& link, Registration registration, AnnouncementTimes times);

  // Until the task is cancelled. Waits a little for the instance to be ready before the first word.
  [[nodiscard]] Awaitable<> keep();
  [[nodiscard]] Awaitable<> withdraw(Deadline deadline);
  // The registry has taken the instance, ready or not.
  [[nodiscard]] bool is_registered() const { return is_registered_; }
  // It was ready when the registry last heard of it: peers are given it.
  [[nodiscard]] bool is_passing() const { return is_registered_ && was_ready_; }

 private:
  [[nodiscard]] Awaitable<Result<http::Reply>> announce(const Result<void>& ready);
  [[nodiscard]] Awaitable<Result<http::Reply>> confirm(const Result<void>& ready);
  // The time to the next word; over at once when what was not ready has become ready.
  [[nodiscard]] Awaitable<Result<void>> pause(std::size_t failures);
  [[nodiscard]] Awaitable<Result<void>> wait_for_readiness(Deadline deadline);
  void tell_refusal(const Error& error);

  RegistryLink& link_;
  Registration registration_;
  AnnouncementTimes times_;
  bool is_registered_ = false;
  bool was_ready_ = false;  // when the registry last heard of it
  std::string told_;        // the refusal that the log has had already
};

// The body of PUT /v1/agent/service/register.
[[nodiscard]] std::string registration_body(const Registration& registration, const AnnouncementTimes& times,
                                            bool is_ready);

}  // namespace gatehouse::discovery
