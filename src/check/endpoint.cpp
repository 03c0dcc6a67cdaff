#include "check/endpoint.hpp"

#include <ctime>

#include <fmt/format.h>

#include "net/stream.hpp"
#include "service/config.hpp"

namespace gatehouse::check {

using std::chrono::milliseconds;

std::string words_of(const Error& error) {
  return error.detail.empty() ? std::string(error.reason)
                              : fmt::format("{} ({})", error.detail, error.reason);
}

Awaitable<> look_at(http::Target target, Deadline deadline, Findings& findings) {
  findings.endpoint = fmt::format("{}:{}", target.host, target.port);
  net::ConnectOptions options{
      .host = target.host, .port = target.port, .tls = target.tls, .server_name = target.server_name};
  auto stream = co_await net::connect(std::move(options), deadline);
  if (!stream) {
    findings.problems.push_back(words_of(stream.error()));
    co_return;
  }
  findings.is_reachable = true;
  findings.tls_version = stream->peer().tls_version;
  if (const auto& certificate = stream->peer().certificate)
    findings.certificate_expires = certificate->not_after();
  stream->close();
}

std::function<Result<Secret>(std::string_view name)> secrets_of(const Mention& mention,
                                                                const Surroundings& around) {
  service::Config config;
  config.data_dir = supervisor::Layout{around.platform.data}.role_dir(mention.role);
  return [config = std::move(config)](std::string_view name) { return config.secret(name); };
}

std::optional<core::SystemTime> parse_http_date(std::string_view text) {
  std::tm parts{};
  const std::string copy(text.substr(0, 40));
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return core::from_unix_seconds(::timegm(&parts));
}

milliseconds skew_of(core::SystemTime server, core::SystemTime asked, core::SystemTime answered) {
  return std::chrono::duration_cast<milliseconds>(server - (asked + (answered - asked) / 2));
}

std::optional<milliseconds> skew_of_date(std::string_view date, core::SystemTime asked,
                                         core::SystemTime answered) {
  const auto server = parse_http_date(date);
  if (!server) return std::nullopt;
  return skew_of(*server + milliseconds{500}, asked, answered);
}

}  // namespace gatehouse::check
