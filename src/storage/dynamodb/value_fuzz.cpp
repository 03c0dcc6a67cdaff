// What comes from DynamoDB, the credentials endpoints and a credentials file, from hostile bytes: refused, or
// read and written back the same.
#include <cstdlib>

#include "core/fields.hpp"
#include "storage/dynamodb/credential_sources.hpp"
#include "storage/dynamodb/endpoint.hpp"
#include "storage/dynamodb/failure.hpp"
#include "storage/dynamodb/table_shape.hpp"

using namespace gatehouse;
using namespace gatehouse::storage::dynamodb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto credentials = credentials_of_json(text);
  if (credentials && credentials->access_key_id.empty()) std::abort();
  const auto profile = credentials_of_profile(text, "default");
  if (profile && profile->secret_access_key.empty()) std::abort();
  (void)time_of_http_date(text);
  (void)time_of_rfc3339(text);
  if (const auto endpoint = Endpoint::parse(text); endpoint && endpoint->port == 0) std::abort();
  (void)failure_of({.status = 400, .headers = {}, .content = text});

  const auto document = core::parse_json(text);
  if (!document) return 0;
  if (const json::object* description = document->if_object()) {
    const TableShape shape{.hash = {"id"},
                           .indexes = {{.name = "i", .hash = {"a"}, .range = {"b"}, .included = {"c"}}}};
    (void)difference(shape, *description);
  }
  const auto item = item_of(*document);
  if (!item) return 0;
  if (size_of(*item) > 4 * size + 64) std::abort();
  const auto again = item_of(to_json(*item));
  if (!again || *again != *item) std::abort();
  return 0;
}
