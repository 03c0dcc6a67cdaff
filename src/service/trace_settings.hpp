// Where spans go: "tracing" in platform.yml, the same for every role.
//
//   tracing: {endpoint: "https://collector.example.org:4318", sample_ratio: 0.1, slow: 1s,
//             ca: /etc/gatehouse/collector-ca.pem, authorization_file: otlp_authorization}
//
// Only `endpoint` is required: the receiver of OTLP over HTTP, before whose path /v1/traces comes. The file
// holds the whole value of the header Authorization and lies in each role's secrets (a name) or elsewhere (a
// path). Clear text is refused unless the host is the loopback address.
#pragma once

#include <filesystem>
#include <string>

#include "core/json.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "http/base_url.hpp"
#include "telemetry/spans.hpp"

namespace gatehouse::service {

struct TraceSettings {
  http::BaseUrl endpoint;
  std::string ca;  // empty: the system's
  std::filesystem::path authorization_file;
  spans::Settings spans;

  // `invalid` with the path of what is wrong.
  static Result<TraceSettings> from_json(const json::object& tracing, const std::filesystem::path& secrets);

  // The value of `Authorization`, read from the file now; empty: none. "secret_missing".
  [[nodiscard]] Result<Secret> authorization() const;
};

}  // namespace gatehouse::service
