// For tests: people who differ in their names only, and the events of their trail.
#pragma once

#include "crypto/envelope.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/ports/person_store.hpp"

namespace gatehouse::auth {

inline const core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};
inline const PersonKey kAnn{"gatehouse", "id-of-ann"};
inline const AuditEvent kEvent{.actor = "tester", .action = "tested", .fields = {"person"}};
inline const AuditEvent kErased{.actor = "tester", .action = "person_erased", .fields = {"person"}};

inline Account account(const std::string& name) {
  return {.person = {.id = "id-of-" + name,
                     .realm = "gatehouse",
                     .username = name,
                     .email = Pii{name + "@example.test"},
                     .first_name = Pii{"First"},
                     .last_name = Pii{"Last"},
                     .created_at = kNow,
                     .updated_at = kNow},
          .password_hash = Secret{"$hash"}};
}

inline crypto::BlindIndex index_of(const crypto::KeyRing& ring) {
  return crypto::BlindIndex(
      std::make_shared<const crypto::LiveKeyRing>(std::make_shared<const crypto::KeyRing>(ring)));
}

}  // namespace gatehouse::auth
