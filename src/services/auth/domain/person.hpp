// A person: who can log in to a realm. The password is not part of it (see Account), so that a person can be
// shown, cached and sent without anything that must stay behind.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::auth {

using RoleNames = std::set<std::string, std::less<>>;
using ClientRoles = std::map<std::string, RoleNames, std::less<>>;  // by client id

struct Person {
  std::string id;  // UUID: the subject of tokens
  std::string realm;
  std::string username;  // as canonical_username() gives it
  Pii email;             // as canonical_email() gives it; empty: none
  Pii first_name;
  Pii last_name;
  bool enabled = true;
  bool email_verified = false;
  RoleNames realm_roles;
  ClientRoles client_roles;
  std::int64_t not_before = 0;  // Unix seconds: tokens issued before are void
  core::SystemTime created_at{};
  core::SystemTime updated_at{};
  std::int64_t version = 1;  // counts changes: the entity tag
};

// Lower-case ASCII letters, digits and . _ + - , 1 to 128 of them. `invalid_username` otherwise.
// Never an @: a name that looks like an address could be somebody else's address, and names are stored in
// clear.
[[nodiscard]] Result<std::string> canonical_username(std::string_view text);

// An address as it is compared: ASCII, lower case, at most 254 bytes. `invalid_email` otherwise; the text of
// the address is never part of the error. Addresses outside ASCII are refused: without Unicode normalisation
// two spellings of one address would be two people.
[[nodiscard]] Result<Pii> canonical_email(std::string_view text);

// At most 200 bytes of UTF-8 without control characters; may be empty. `invalid_name` otherwise.
[[nodiscard]] Result<Pii> canonical_name(std::string_view text);

// `version_mismatch` (precondition_failed) if the person has changed since the client looked.
[[nodiscard]] Result<void> check_version(const Person&, std::int64_t expected);

}  // namespace gatehouse::auth
