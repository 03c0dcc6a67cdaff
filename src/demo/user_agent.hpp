// One person's program outside the platform: an HTTP client with a cookie jar, one request at a time.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "core/text.hpp"
#include "http/client.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::demo {

struct AgentOptions {
  std::string host_header;                     // what a person would have typed: "localhost:8443"
  std::chrono::milliseconds patience{15'000};  // for one answer
};

class UserAgent {
 public:
  // Told about each exchange, so that it can be shown.
  using Witness = std::function<void(const http::Request&, const http::Reply&)>;

  UserAgent(http::Target target, AgentOptions options);
  ~UserAgent();
  UserAgent(const UserAgent&) = delete;

  void on_exchange(Witness witness) { witness_ = std::move(witness); }
  // Any answer will do. Errors are those of http::Client.
  [[nodiscard]] Result<http::Reply> send(http::Request request);
  // Only this status will do: `bad_upstream`/"unexpected_answer" otherwise.
  [[nodiscard]] Result<http::Reply> ask(http::Request request, unsigned status);
  [[nodiscard]] std::size_t cookies() const { return cookies_.size(); }

 private:
  void keep_cookies(const http::Headers& headers);

  boost::asio::io_context io_{1};
  http::Client client_{io_.get_executor(), {}};
  http::Target target_;
  AgentOptions options_;
  Witness witness_;
  std::map<std::string, std::string, std::less<>> cookies_;
};

// Trusts the platform's CA and shows no certificate of its own, or the one of `identity_directory`
// (<directory>/tls/{cert,key}.pem).
[[nodiscard]] Result<http::Target> https_target(const std::filesystem::path& ca, std::uint16_t port,
                                                const std::filesystem::path& identity_directory = {});

[[nodiscard]] http::Request get(std::string target, std::string_view bearer = {});
[[nodiscard]] http::Request post_form(std::string target, const core::FormPairs& form);
[[nodiscard]] http::Request post_json(std::string target, const json::object& body,
                                      std::string_view bearer = {}, std::string_view idempotency_key = {});

// What stands at a JSON pointer ("/data/0/sku") of the body; nothing if it is not there or of another type.
[[nodiscard]] std::optional<std::string> text_at(const http::Reply& reply, std::string_view pointer);
[[nodiscard]] std::optional<std::int64_t> number_at(const http::Reply& reply, std::string_view pointer);

[[nodiscard]] std::unexpected<Error> unexpected(std::string what);

}  // namespace gatehouse::demo
