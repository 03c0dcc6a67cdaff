// What the auth server needs to know of people. They belong to the auth service: it checks the password, and
// no hash ever comes here. A port: AuthServicePeople asks over mutual TLS, FakePeople answers in tests.
#pragma once

#include <cstdint>
#include <string>

#include "auth_server/clients/client.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"
#include "telemetry/trace.hpp"

namespace gatehouse::auth_server {

struct Person {
  std::string id;  // `sub`
  std::string username;
  Pii email;  // empty: none
  bool email_verified = false;
  Pii first_name;
  Pii last_name;
  Names realm_roles;
  ClientRoles client_roles;
  bool enabled = true;
  std::int64_t not_before = 0;  // Unix seconds: logins before are void
};

struct Credentials {
  std::string realm;
  std::string username;
  Secret password;
};

// Who signs up, as typed: what is wrong with it is for the auth service to say.
struct Registration {
  std::string realm;
  std::string username;
  Pii email;
  Pii first_name;
  Pii last_name;
  Secret password;
  Names realm_roles;
};

// What travels with every question.
struct Question {
  Deadline deadline;
  TraceContext trace;
  std::string client_address;  // of the browser, as the gateway saw it; empty: not known
};

class People {
 public:
  virtual ~People() = default;
  // `unauthenticated`/"invalid_credentials" for a wrong password, an unknown, a locked and a disabled person
  // alike. `unavailable`, `timeout`, `bad_upstream` if it cannot be told.
  [[nodiscard]] virtual Awaitable<Result<Person>> verify(Credentials credentials, Question question) = 0;
  // `not_found`/"unknown_person".
  [[nodiscard]] virtual Awaitable<Result<Person>> find(std::string realm, std::string id,
                                                       Question question) = 0;
  // `conflict`/"username_taken", "email_taken"; `unprocessable`/"invalid_username", "invalid_email",
  // "invalid_name", "weak_password", where the detail is the rule that was broken, in words. After any other
  // error the person may be there or not.
  [[nodiscard]] virtual Awaitable<Result<Person>> create(Registration wanted, Question question) = 0;
};

}  // namespace gatehouse::auth_server
