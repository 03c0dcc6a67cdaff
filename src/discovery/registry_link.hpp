// One registry and how it fares: calls with the token, and one line in the log when it goes and when it is
// back.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <random>
#include <string>

#include "core/secret.hpp"
#include "http/client.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::discovery {

struct LinkOptions {
  http::Target registry;
  std::filesystem::path token_file;  // X-Consul-Token; read again when the registry refuses it. Empty: none
  std::chrono::milliseconds retry{250};  // after a failed call, with jitter up to ten times this
};

class RegistryLink {
 public:
  // `metrics` may be null: nothing is counted.
  RegistryLink(http::Client& http, LinkOptions options, telemetry::Metrics* metrics);

  // One call; an answer other than 200 is an error: `not_found`/"registry_unknown", `forbidden`/
  // "registry_forbids" (the token, most likely), `bad_upstream`/"registry_refused" with status and text.
  // By value: its caller's frame may be gone.
  [[nodiscard]] Awaitable<Result<http::Reply>> call(std::string method, std::string target,
                                                    std::string content, Deadline deadline);
  [[nodiscard]] bool is_connected() const { return is_connected_; }  // the last call was answered

  // Short at first, for at start-up the registry is up a moment later; then doubling, up to ten times
  // `retry`.
  [[nodiscard]] std::chrono::milliseconds retry_delay(std::size_t failures);

 private:
  void note_failure(const Error& error);
  void note_answer();
  void read_token();

  http::Client& http_;
  LinkOptions options_;
  Secret token_;
  telemetry::Counter* errors_ = nullptr;
  std::minstd_rand random_;
  bool is_connected_ = false;
  std::optional<Deadline> patience_;  // while it does not answer: how long that is nobody's concern
  bool has_told_ = false;
};

}  // namespace gatehouse::discovery
