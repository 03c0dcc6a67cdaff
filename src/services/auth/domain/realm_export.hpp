// The part of a realm's export that concerns people: its roles and its users. The file's form is the business
// of the adapter that reads it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "services/auth/domain/person.hpp"
#include "services/auth/domain/role.hpp"

namespace gatehouse::auth {

struct ImportedPerson {
  std::string path;  // where it stands in the file: "users[2]"
  Person person;     // without id if the file gives none
  // Read only when the person is new: the file that holds it may be gone later. Null: no password yet.
  std::function<Result<Secret>()> password;
};

struct RealmExport {
  std::string realm;
  std::vector<Role> roles;
  std::vector<ImportedPerson> people;
};

}  // namespace gatehouse::auth
