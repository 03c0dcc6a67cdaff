// AWS Signature Version 4 in the Authorization header: pure, with the time passed in.
// Source: "Create a signed AWS API request" in the AWS General Reference, and its published test suite.
#pragma once

#include <string>

#include "core/clock.hpp"
#include "http/message.hpp"
#include "storage/dynamodb/credentials.hpp"

namespace gatehouse::storage::dynamodb {

struct SigningScope {
  std::string region;   // "eu-central-1"
  std::string service;  // "dynamodb"
};

// Sets X-Amz-Date, X-Amz-Security-Token (with a session) and Authorization. All other headers of the request
// are signed, so whatever is added must be added before; Host must be there. The content is request.content.
void sign(http::Request& request, const Credentials& credentials, const SigningScope& scope,
          core::SystemTime now);

// What is hashed and signed: exposed for those who must find out why a signature is refused.
[[nodiscard]] std::string canonical_request(const http::Request& request);

// "20150830T123600Z"
[[nodiscard]] std::string amz_date(core::SystemTime time);

}  // namespace gatehouse::storage::dynamodb
