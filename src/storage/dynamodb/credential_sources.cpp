#include "storage/dynamodb/credential_sources.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"
#include "storage/dynamodb/endpoint.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

constexpr std::size_t kFileBytesMax = 1024 * 1024;
constexpr std::string_view kRolePath = "/latest/meta-data/iam/security-credentials/";

std::unexpected<Error> bad(std::string detail) {
  return fail(ErrorKind::internal, "bad_credentials", std::move(detail));
}

Result<std::string> read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return bad(fmt::format("{} cannot be read", file.string()));
  std::string text(kFileBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kFileBytesMax) return bad(fmt::format("{} is too large", file.string()));
  return text;
}

Awaitable<Result<std::string>> read_file(std::filesystem::path file, runtime::BlockingPool& pool) {
  auto work = [file = std::move(file)] { return read_file(file); };
  co_return co_await pool.run(std::move(work));
}

http::Target target_of(const Endpoint& endpoint, std::shared_ptr<net::ClientTls> tls) {
  return {.host = endpoint.host, .port = endpoint.port, .tls = std::move(tls)};
}

Awaitable<Result<std::string>> fetch(http::Client& http, http::Target target, http::Request request,
                                     Deadline deadline) {
  const auto reply = co_await http.fetch(target, request, deadline);
  if (!reply) co_return fail(reply);
  if (reply->status == 200) co_return reply->content;
  co_return fail(ErrorKind::unavailable, "credentials_unavailable",
                 fmt::format("{} {} answers {}", request.method, request.target, reply->status),
                 Origin::upstream);
}

}  // namespace

std::string process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::string{} : std::string(value);
}

Awaitable<Result<Credentials>> FixedCredentials::load(Deadline /*deadline*/) {
  co_return credentials_;
}

Awaitable<Result<Credentials>> EnvironmentCredentials::load(Deadline /*deadline*/) {
  Credentials credentials{.access_key_id = environment_("AWS_ACCESS_KEY_ID"),
                          .secret_access_key = Secret(environment_("AWS_SECRET_ACCESS_KEY")),
                          .session_token = Secret(environment_("AWS_SESSION_TOKEN")),
                          .expires_at = {}};
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty())
    co_return bad("AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set");
  co_return credentials;
}

Awaitable<Result<Credentials>> FileCredentials::load(Deadline /*deadline*/) {
  const auto text = co_await read_file(file_, pool_);
  if (!text) co_return fail(text);
  co_return credentials_of_profile(*text, profile_);
}

Awaitable<Result<Credentials>> ContainerCredentials::load(Deadline deadline) {
  const std::string relative = environment_("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const std::string url = relative.empty() ? environment_("AWS_CONTAINER_CREDENTIALS_FULL_URI")
                                           : "http://169.254.170.2" + relative;
  const auto endpoint = Endpoint::parse(url);
  if (!endpoint) co_return bad("AWS_CONTAINER_CREDENTIALS_…_URI: " + endpoint.error().detail);

  http::Request request;
  request.target = endpoint->path;
  std::string token = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  const std::string token_file = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!token_file.empty()) {
    const auto read = co_await read_file(token_file, pool_);
    if (!read) co_return fail(read);
    token = read->substr(0, read->find_last_not_of("\r\n") + 1);
  }
  if (!token.empty()) request.headers.add("Authorization", token);
  std::shared_ptr<net::ClientTls> tls;
  if (endpoint->is_tls) {
    auto loaded = net::ClientTls::load({});
    if (!loaded) co_return fail(loaded);
    tls = std::move(*loaded);
  }
  const auto text = co_await fetch(http_, target_of(*endpoint, std::move(tls)), std::move(request), deadline);
  if (!text) co_return fail(text);
  co_return credentials_of_json(*text);
}

http::Target InstanceCredentials::metadata_endpoint() {
  return {.host = "169.254.169.254", .port = 80, .tls = nullptr};
}

Awaitable<Result<std::string>> InstanceCredentials::ask(std::string method, std::string path,
                                                        http::Headers headers, Deadline deadline) {
  http::Request request;
  request.method = std::move(method);
  request.target = std::move(path);
  request.headers = std::move(headers);
  co_return co_await fetch(http_, endpoint_, std::move(request), deadline);
}

Awaitable<Result<Credentials>> InstanceCredentials::load(Deadline deadline) {
  http::Headers wish;
  wish.add("X-aws-ec2-metadata-token-ttl-seconds", "21600");
  const auto token = co_await ask("PUT", "/latest/api/token", std::move(wish), deadline);
  if (!token) co_return fail(token);
  http::Headers with_token;
  with_token.add("X-aws-ec2-metadata-token", *token);
  const auto roles = co_await ask("GET", std::string(kRolePath), with_token, deadline);
  if (!roles) co_return fail(roles);
  const std::string role = roles->substr(0, roles->find_first_of("\r\n"));
  std::string path = std::string(kRolePath) + core::percent_encode(role);
  const auto text = co_await ask("GET", std::move(path), std::move(with_token), deadline);
  if (!text) co_return fail(text);
  co_return credentials_of_json(*text);
}

Result<Credentials> credentials_of_json(std::string_view text) {
  const auto document = core::parse_json_object(text);
  if (!document) return bad("no JSON object");
  Fields fields{*document};
  Credentials credentials{
      .access_key_id = fields.required_text("AccessKeyId"),
      .secret_access_key = Secret(fields.required_text("SecretAccessKey")),
      .session_token = Secret(fields.optional_text("Token", "", {.bytes_max = 16 * 1024})),
      .expires_at = {}};
  const std::string expiration = fields.optional_text("Expiration", "");
  if (!expiration.empty()) {
    credentials.expires_at = time_of_rfc3339(expiration);
    if (!credentials.expires_at) fields.reject("Expiration", "must be a time");
  }
  if (auto complete = fields.finish_lenient(); !complete) return bad(complete.error().detail);
  return credentials;
}

Result<Credentials> credentials_of_profile(std::string_view text, std::string_view profile) {
  Credentials credentials;
  bool is_ours = false;
  for (std::string_view line : core::split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = core::trim(line);
    if (line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
    if (line.starts_with('[') && line.ends_with(']')) {
      is_ours = core::trim(line.substr(1, line.size() - 2)) == profile;
      continue;
    }
    const auto pair = core::cut(line, '=');
    if (!is_ours || !pair) continue;
    const std::string_view name = core::trim(pair->first);
    const std::string value(core::trim(pair->second));
    if (name == "aws_access_key_id") credentials.access_key_id = value;
    if (name == "aws_secret_access_key") credentials.secret_access_key = Secret(value);
    if (name == "aws_session_token") credentials.session_token = Secret(value);
  }
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty())
    return bad(fmt::format("the profile {} has no whole pair of keys", profile));
  return credentials;
}

std::optional<core::SystemTime> time_of_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const bool has_form = text.size() >= 20 && text.size() <= 40 && text[4] == '-' && text[7] == '-' &&
                        text[10] == 'T' && text[13] == ':' && text[16] == ':' && text.ends_with('Z') &&
                        (text.size() == 20 || text[19] == '.');
  if (!has_form) return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t size) {
    return core::parse_int<unsigned>(text.substr(at, size));
  };
  const auto on = number(0, 4), in = number(5, 2), day_of = number(8, 2), hour = number(11, 2),
             minute = number(14, 2), second = number(17, 2);
  if (!on || !in || !day_of || !hour || !minute || !second) return std::nullopt;
  const year_month_day date{year{static_cast<int>(*on)}, month{*in}, day{*day_of}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second};
}

}  // namespace gatehouse::storage::dynamodb
