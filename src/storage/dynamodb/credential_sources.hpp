// Where credentials come from, as AWS's own SDKs look for them ("Standardized credential providers", AWS SDKs
// and Tools Reference Guide): settings, environment, shared credentials file, container endpoint, instance
// metadata.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "http/client.hpp"
#include "runtime/blocking_pool.hpp"
#include "storage/dynamodb/credentials.hpp"

namespace gatehouse::storage::dynamodb {

// A variable of the environment; empty if it is not set.
using Environment = std::function<std::string(const std::string& name)>;
[[nodiscard]] std::string process_environment(const std::string& name);

// Always the same.
class FixedCredentials final : public CredentialSource {
 public:
  explicit FixedCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
  [[nodiscard]] Awaitable<Result<Credentials>> load(Deadline deadline) override;

 private:
  Credentials credentials_;
};

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
class EnvironmentCredentials final : public CredentialSource {
 public:
  explicit EnvironmentCredentials(Environment environment) : environment_(std::move(environment)) {}
  [[nodiscard]] Awaitable<Result<Credentials>> load(Deadline deadline) override;

 private:
  Environment environment_;
};

// A profile of a shared credentials file: read again whenever the server refuses what it said, so a rotated
// file is noticed.
class FileCredentials final : public CredentialSource {
 public:
  FileCredentials(std::filesystem::path file, std::string profile, runtime::BlockingPool& pool)
      : file_(std::move(file)), profile_(std::move(profile)), pool_(pool) {}
  [[nodiscard]] Awaitable<Result<Credentials>> load(Deadline deadline) override;

 private:
  std::filesystem::path file_;
  std::string profile_;
  runtime::BlockingPool& pool_;
};

// The endpoint that ECS, EKS and Greengrass give to a container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, or
// _FULL_URI (https, or http to loopback and the two link-local agents), with the token of
// AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or AWS_CONTAINER_AUTHORIZATION_TOKEN.
class ContainerCredentials final : public CredentialSource {
 public:
  ContainerCredentials(Environment environment, http::Client& http, runtime::BlockingPool& pool)
      : environment_(std::move(environment)), http_(http), pool_(pool) {}
  [[nodiscard]] Awaitable<Result<Credentials>> load(Deadline deadline) override;

 private:
  Environment environment_;
  http::Client& http_;
  runtime::BlockingPool& pool_;
};

// Instance metadata, version 2: a session token first (PUT), then the role's name, then its credentials.
class InstanceCredentials final : public CredentialSource {
 public:
  explicit InstanceCredentials(http::Client& http, http::Target endpoint = metadata_endpoint())
      : http_(http), endpoint_(std::move(endpoint)) {}
  [[nodiscard]] Awaitable<Result<Credentials>> load(Deadline deadline) override;
  [[nodiscard]] static http::Target metadata_endpoint();  // http://169.254.169.254

 private:
  [[nodiscard]] Awaitable<Result<std::string>> ask(std::string method, std::string path,
                                                   http::Headers headers, Deadline deadline);
  http::Client& http_;
  http::Target endpoint_;
};

// ---- their parsers, for tests

// {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}: what container and instance endpoints answer.
[[nodiscard]] Result<Credentials> credentials_of_json(std::string_view text);
// The profile's keys of an INI file.
[[nodiscard]] Result<Credentials> credentials_of_profile(std::string_view text, std::string_view profile);
// "2026-11-25T18:00:00Z", with or without a fraction.
[[nodiscard]] std::optional<core::SystemTime> time_of_rfc3339(std::string_view text);

}  // namespace gatehouse::storage::dynamodb
