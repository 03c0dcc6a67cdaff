// Any bytes as a realm's export: read or refused, nothing else.
#include "services/auth/adapters/keycloak_realm.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gatehouse;
  const auto document = core::parse_json_object({reinterpret_cast<const char*>(bytes), size});
  if (!document) return 0;
  const auto read_secret = [](const std::string& name) -> Result<Secret> { return Secret{name}; };
  const auto realm = auth::read_keycloak_realm(*document, read_secret);
  for (const auto& entry : realm ? realm->people : std::vector<auth::ImportedPerson>{}) {
    if (entry.password) (void)entry.password();
  }
  return 0;
}
