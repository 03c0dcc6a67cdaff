#include "services/auth/usecases/erase_person.hpp"

#include "services/auth/usecases/get_person.hpp"

namespace gatehouse::auth {

Awaitable<Result<void>> erase_person(Ports ports, identity::Access access, PersonKey key,
                                     std::int64_t expected_version) {
  if (const auto reach = check_reach(access, key); !reach) co_return fail(reach);
  const bool is_administrator = !access.owner().has_value();
  if (is_administrator && access.principal.subject == key.id) {
    co_return refuse(ErrorKind::conflict, "own_account", "an administrator cannot erase himself");
  }
  AuditEvent event{.actor = access.principal.subject, .action = "person_erased", .fields = {"person"}};
  co_return co_await ports.people.erase(std::move(key), expected_version, std::move(event),
                                        ports.clock.now());
}

}  // namespace gatehouse::auth
