// Any form or multipart body must decode or be refused, and what it describes must survive inference.
#include <cstdint>

#include "gateway/admin/arguments.hpp"
#include "gateway/schema/schema.hpp"
#include "gateway/store/entity_schemas.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::gateway;
  static const schema::Schema kRoute = store::route_schema();
  const std::string body(reinterpret_cast<const char*>(data), size);
  for (const char* type :
       {"application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/json"}) {
    auto arguments = admin::body_arguments({.method = "POST", .content_types = {type}, .body = body});
    if (!arguments) continue;
    schema::infer(kRoute, arguments->values);
    schema::fill_defaults(kRoute, arguments->values);
    const auto violations = schema::validate(kRoute, arguments->values);
    (void)schema::violation_message(violations);
  }
  return 0;
}
