// Where a server of AWS's protocols is, from its URL: "https://dynamodb.eu-central-1.amazonaws.com",
// "https://localhost:8000".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace gatehouse::storage::dynamodb {

struct Endpoint {
  bool is_tls = true;
  std::string host;  // without brackets
  std::uint16_t port = 443;
  std::string path = "/";   // with the query
  std::string host_header;  // as written: the port only where the URL has one

  // invalid/`invalid_endpoint`. Clear text is for addresses that do not leave the machine: loopback, and the
  // link-local agents that hand out credentials.
  static Result<Endpoint> parse(std::string_view url);
};

}  // namespace gatehouse::storage::dynamodb
