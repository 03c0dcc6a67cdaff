#include "storage/dynamodb/options.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/fields.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

using Source = CredentialOptions::Source;

struct NamedSource {
  std::string_view name;
  Source source;
};
constexpr std::array kSources{NamedSource{"environment", Source::environment},
                              NamedSource{"file", Source::file}, NamedSource{"container", Source::container},
                              NamedSource{"instance", Source::instance},
                              NamedSource{"static", Source::fixed}};

// 3 to 255 letters, digits and . _ - (DynamoDB Developer Guide, "Naming rules").
bool is_table_name(std::string_view name) {
  return name.size() >= 3 && name.size() <= 255 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-';
         });
}

bool is_region(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<CredentialOptions> credentials_of(const json::object& object, std::string path,
                                         const Options::Secrets& secrets) {
  Fields fields{object, std::move(path)};
  CredentialOptions options;
  const std::string source = fields.optional_text("source", "environment");
  const auto known = std::ranges::find(kSources, source, &NamedSource::name);
  if (known == kSources.end()) {
    fields.reject("source", "must be environment, file, container, instance or static");
  } else {
    options.source = known->source;
  }
  if (options.source == Source::file) {
    options.file = fields.optional_text("file", "", {.bytes_max = 4096});
    options.profile = fields.optional_text("profile", "");
  }
  std::string secret_name;
  if (options.source == Source::fixed) {
    options.access_key_id = fields.required_text("access_key_id", {.bytes_max = 128});
    secret_name = fields.required_text("secret_access_key_file", {.bytes_max = 255});
  }
  if (auto complete = fields.finish(); !complete) return fail(complete);
  if (secret_name.empty()) return options;
  auto secret = secrets(secret_name);
  if (!secret) return fail(secret);
  options.secret_access_key = std::move(*secret);
  return options;
}

Result<net::TlsFiles> tls_of(const json::object& object, std::string path) {
  Fields fields{object, std::move(path)};
  net::TlsFiles files;
  files.ca = fields.optional_text("ca", "", {.bytes_max = 4096});
  files.certificate = fields.optional_text("certificate", "", {.bytes_max = 4096});
  files.key = fields.optional_text("key", "", {.bytes_max = 4096});
  if (files.certificate.empty() != files.key.empty()) fields.reject("key", "goes with a certificate");
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return files;
}

void read_times(Fields& fields, Options& options) {
  options.call_timeout = fields.optional_duration("call_timeout", options.call_timeout);
  options.try_timeout = fields.optional_duration("try_timeout", options.try_timeout);
  if (options.try_timeout < std::chrono::milliseconds{10})
    fields.reject("try_timeout", "must be at least 10ms");
  if (options.call_timeout < options.try_timeout) {
    fields.reject("call_timeout", "must be at least try_timeout");
  }
}

std::string or_else(std::string value, std::string fallback) {
  return value.empty() ? std::move(fallback) : std::move(value);
}

}  // namespace

Result<Options> Options::from_json(const json::object& object, std::string path, const Secrets& secrets) {
  Fields fields{object, std::move(path)};
  fields.ignore("engine");
  Options options;
  options.region = fields.required_text("region", {.bytes_max = 32});
  if (!is_region(options.region)) fields.reject("region", "must be a region such as eu-central-1");
  options.table = fields.required_text("table", {.bytes_max = 255});
  if (!is_table_name(options.table)) fields.reject("table", "must be 3 to 255 letters, digits and . _ -");
  const std::string aws = fmt::format("https://dynamodb.{}.amazonaws.com", options.region);
  auto endpoint = Endpoint::parse(fields.optional_text("endpoint", aws));
  if (!endpoint) {
    fields.reject("endpoint", endpoint.error().detail);
  } else if (endpoint->path != "/") {
    fields.reject("endpoint", "must have no path");
  }
  if (fields.optional_flag("create_table", false)) options.when_missing = WhenMissing::create;
  read_times(fields, options);
  const json::object* tls = fields.maybe_object("tls");
  const json::object* credentials = fields.maybe_object("credentials");
  if (auto complete = fields.finish(); !complete) return fail(complete);
  options.endpoint = std::move(*endpoint);
  if (tls != nullptr) {
    auto files = tls_of(*tls, fields.path_of("tls"));
    if (!files) return fail(files);
    options.tls = std::move(*files);
  }
  if (credentials != nullptr) {
    auto read = credentials_of(*credentials, fields.path_of("credentials"), secrets);
    if (!read) return fail(read);
    options.credentials = std::move(*read);
  }
  return options;
}

Result<ClientOptions> Options::client() const {
  ClientOptions options;
  options.endpoint.host = endpoint.host;
  options.endpoint.port = endpoint.port;
  if (endpoint.is_tls) {
    auto loaded = net::ClientTls::load(tls);
    if (!loaded) return fail(loaded);
    options.endpoint.tls = std::move(*loaded);
  }
  options.host_header = endpoint.host_header;
  options.region = region;
  options.one_try = try_timeout;
  return options;
}

std::unique_ptr<CredentialSource> credential_source(const CredentialOptions& options, Environment environment,
                                                    http::Client& http, runtime::BlockingPool& pool) {
  switch (options.source) {
    case Source::environment:
      return std::make_unique<EnvironmentCredentials>(std::move(environment));
    case Source::file: {
      std::string file = or_else(options.file, environment("AWS_SHARED_CREDENTIALS_FILE"));
      std::string profile = or_else(options.profile, environment("AWS_PROFILE"));
      return std::make_unique<FileCredentials>(
          or_else(std::move(file), environment("HOME") + "/.aws/credentials"),
          or_else(std::move(profile), "default"), pool);
    }
    case Source::container:
      return std::make_unique<ContainerCredentials>(std::move(environment), http, pool);
    case Source::instance:
      return std::make_unique<InstanceCredentials>(http);
    case Source::fixed:
      return std::make_unique<FixedCredentials>(Credentials{.access_key_id = options.access_key_id,
                                                            .secret_access_key = options.secret_access_key,
                                                            .session_token = {},
                                                            .expires_at = {}});
  }
  return nullptr;
}

}  // namespace gatehouse::storage::dynamodb
