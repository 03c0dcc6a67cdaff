#include "services/payments/http/request_mark.hpp"

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "crypto/digest.hpp"
#include "http/idempotency_key.hpp"

namespace gatehouse::payments {
namespace {

// Each part with its length before it: no two lists of parts give the same bytes.
std::string digest_of(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const std::string_view part : parts) joined += fmt::format("{}:{}", part.size(), part);
  return core::to_hex(crypto::sha256(joined));
}

}  // namespace

RequestMark mark_of(const MarkedRequest& request, std::string_view key) {
  return {.scope = digest_of({request.principal, request.method, request.route, key}),
          .fingerprint = digest_of(
              {"v1", request.method, request.route, request.object, http::canonical_json(request.body)})};
}

}  // namespace gatehouse::payments
