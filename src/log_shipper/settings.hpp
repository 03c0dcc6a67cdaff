// Where the logs go, in the settings of the role log-shipper:
//
//   {"elasticsearch": {"url": "https://elastic.example.org:9200", "ca": "/etc/gatehouse/elastic-ca.pem",
//                      "username": "gatehouse", "password_file": "elasticsearch_password",
//                      "data_stream": "logs-gatehouse-default", "batch_size": "1MiB", "batch_lines": 5000,
//                      "flush_interval": "1s", "timeout": "30s"}}
//
// Only `url` is required; `api_key_file` (the encoded key) stands instead of `username` and `password_file`.
// The files lie in the role's secrets (a name) or elsewhere (a path). The URL may carry a path, before which
// the API lies, and a query, which every _bulk request gets. Clear text is refused unless the host is the
// loopback address.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "core/json.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "http/base_url.hpp"

namespace gatehouse::log_shipper {

struct Settings {
  http::BaseUrl server;
  std::string ca;  // empty: the system's
  std::string username;
  std::filesystem::path password_file;
  std::filesystem::path api_key_file;
  std::string data_stream = "logs-gatehouse-default";
  std::size_t batch_bytes_max = 1U << 20U;
  std::size_t batch_lines_max = 5'000;
  std::chrono::milliseconds flush_interval{1'000};  // between two batches that are not full
  std::chrono::milliseconds timeout{30'000};        // of one request

  // `invalid` with the path of what is wrong.
  static Result<Settings> from_json(const json::object& settings, const std::filesystem::path& secrets);

  // The value of `Authorization`, read from the files now; empty: none. "secret_missing".
  [[nodiscard]] Result<Secret> authorization() const;
};

}  // namespace gatehouse::log_shipper
