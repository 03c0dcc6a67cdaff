// How a role is told of its DynamoDB, in its settings:
//
//   {"engine": "dynamodb", "endpoint": "https://localhost:8000", "region": "eu-central-1",
//    "table": "payments", "create_table": true, "call_timeout": "5s", "try_timeout": "2s",
//    "tls": {"ca": "ca.pem", "certificate": "client.pem", "key": "client-key.pem"},
//    "credentials": {"source": "static", "access_key_id": "…",
//                    "secret_access_key_file": "dynamodb_secret_key"}}
//
// Without an endpoint it is AWS's of the region; without "tls" the system's authorities are trusted and no
// certificate is shown. The certificate of the server is always verified. Sources of credentials:
// "environment", "file" (with "file" and "profile"), "container", "instance", "static".
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/json.hpp"
#include "core/result.hpp"
#include "http/client.hpp"
#include "runtime/blocking_pool.hpp"
#include "storage/dynamodb/client.hpp"
#include "storage/dynamodb/credential_sources.hpp"
#include "storage/dynamodb/endpoint.hpp"
#include "storage/dynamodb/table_shape.hpp"

namespace gatehouse::storage::dynamodb {

struct CredentialOptions {
  enum class Source { environment, file, container, instance, fixed };
  Source source = Source::environment;
  std::string access_key_id;  // fixed
  Secret secret_access_key;   // fixed
  std::string file;           // file: default AWS_SHARED_CREDENTIALS_FILE, then ~/.aws/credentials
  std::string profile;        // file: default AWS_PROFILE, then "default"
};

struct Options {
  Endpoint endpoint;
  std::string region;
  std::string table;
  net::TlsFiles tls;
  CredentialOptions credentials;
  WhenMissing when_missing = WhenMissing::refuse;
  std::chrono::milliseconds call_timeout{5'000};  // of one operation with its retries
  std::chrono::milliseconds try_timeout{2'000};

  // The secret of that name.
  using Secrets = std::function<Result<Secret>(std::string_view name)>;
  // `invalid_field`, `unknown_field` with the path; `secret_missing`. "engine" is the caller's.
  static Result<Options> from_json(const json::object& object, std::string path, const Secrets& secrets);

  // Loads the TLS files. `tls_file_rejected` with the file.
  [[nodiscard]] Result<ClientOptions> client() const;
};

[[nodiscard]] std::unique_ptr<CredentialSource> credential_source(const CredentialOptions& options,
                                                                  Environment environment, http::Client& http,
                                                                  runtime::BlockingPool& pool);

}  // namespace gatehouse::storage::dynamodb
