// What of the auth service is copied between engines, in this order; each engine's collections give the same
// records:
//
//   subject_keys  realm/id: the key of a person, wrapped, or that it was destroyed
//   roles         realm \n client \n name
//   trails        realm \n id: what was written down of a person, the erased included, but for the latest
//                 event of one who is there; a trail only grows
//   people        realm \n id: the person in clear with the latest event
//   attempts      realm \n account: counted failures
#pragma once

#include <memory>
#include <vector>

#include "core/json.hpp"
#include "data_copy/collection.hpp"
#include "services/auth/adapters/person_content.hpp"
#include "services/auth/adapters/person_row.hpp"

namespace gatehouse::auth {

// Whose record it is; of people and trails. Empty if it is no such key.
[[nodiscard]] PersonKey person_key(const std::string& key);

[[nodiscard]] json::object content_of(const Account&, json::object latest, std::int64_t events_before);

struct CopiedPerson {
  Account account;
  WrittenEvent latest;
  std::int64_t events_before = 0;  // those of its trail: the place of the latest
};
// `key` as above.
[[nodiscard]] Result<CopiedPerson> copied_person_in(const std::string& key, const json::object& content);

// Under the key that was copied before. Nothing: there is none yet, for the person came after the keys were
// copied. A key of its own would be another one than the source's: the next run brings both.
[[nodiscard]] Result<std::optional<PersonRow>> sealed_row(const PersonSealer& sealer, const CopiedPerson&);

// The error of a row that cannot be read, alone: it is damaged, or of somebody whose key was destroyed.
[[nodiscard]] bool is_damaged_row(const Error&);

// The two sides have gone on from one trail each for itself.
[[nodiscard]] std::unexpected<Error> another_trail(const std::string& key);

// The events of `wanted` that are still to be written after those that are there; of those the last may be
// the latest, which is not in `wanted`. `conflict` "another_trail": the two are not parts of one trail.
[[nodiscard]] Result<std::vector<WrittenEvent>> missing_events(const std::string& key,
                                                               const json::array& there,
                                                               const json::object& wanted);

}  // namespace gatehouse::auth
