// Adds a person, with a first password or without (then nobody can log in until one is set).
#pragma once

#include <string>

#include "identity/access.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

struct NewPerson {
  std::string realm;
  std::string username;
  std::string email;  // this and the names may be empty
  std::string first_name;
  std::string last_name;
  bool enabled = true;
  bool email_verified = false;
  RoleAssignment roles;
  Secret password;  // empty: none
};

// `invalid_username`, `invalid_email`, `invalid_name`, `weak_password`, `unknown_role` (unprocessable);
// `username_taken`, `email_taken` (conflict).
[[nodiscard]] Awaitable<Result<Person>> create_person(Ports ports, identity::Access access, NewPerson wanted);

}  // namespace gatehouse::auth
