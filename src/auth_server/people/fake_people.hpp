// People for tests: a list with passwords.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "auth_server/people/people.hpp"
#include "core/ids.hpp"

namespace gatehouse::auth_server::testing {

class FakePeople final : public People {
 public:
  struct Entry {
    Person person;
    std::string password;
    bool is_locked = false;
  };

  Entry& add(std::string realm, Person person, std::string password) {
    const std::string key = realm + "/" + person.id;
    return entries_[key] = Entry{std::move(person), std::move(password)};
  }
  Entry& get(const std::string& realm, const std::string& id) { return entries_.at(realm + "/" + id); }
  void break_down() { is_down_ = true; }
  void come_back() { is_down_ = false; }

  int asked = 0;
  int created = 0;  // tried to

  [[nodiscard]] Awaitable<Result<Person>> verify(Credentials credentials, Question) override {
    ++asked;
    if (is_down_) co_return fail(ErrorKind::unavailable, "no_instance");
    for (const auto& [key, entry] : entries_) {
      if (!key.starts_with(credentials.realm + "/") || entry.person.username != credentials.username)
        continue;
      if (entry.password == credentials.password.reveal() && !entry.is_locked && entry.person.enabled) {
        co_return entry.person;
      }
    }
    co_return refuse(ErrorKind::unauthenticated, "invalid_credentials");
  }

  [[nodiscard]] Awaitable<Result<Person>> find(std::string realm, std::string id, Question) override {
    if (is_down_) co_return fail(ErrorKind::unavailable, "no_instance");
    const auto found = entries_.find(realm + "/" + id);
    if (found == entries_.end()) co_return refuse(ErrorKind::not_found, "unknown_person");
    co_return found->second.person;
  }

  // Judges in the auth service's order, by fewer rules.
  [[nodiscard]] Awaitable<Result<Person>> create(Registration wanted, Question) override {
    ++created;
    if (is_down_) co_return fail(ErrorKind::unavailable, "no_instance");
    if (auto fault = fault_of(wanted)) co_return std::unexpected(*std::move(fault));
    Person person;
    person.id = core::uuid_v4();
    person.username = wanted.username;
    person.email = wanted.email;
    person.first_name = wanted.first_name;
    person.last_name = wanted.last_name;
    person.realm_roles = wanted.realm_roles;
    co_return add(wanted.realm, std::move(person), std::string(wanted.password.reveal())).person;
  }

 private:
  [[nodiscard]] std::optional<Error> fault_of(const Registration& wanted) const {
    const auto broken = [](std::string_view reason, std::string rule) {
      return Error(ErrorKind::unprocessable, reason, std::move(rule), Origin::client);
    };
    if (wanted.username.contains(' ')) return broken("invalid_username", "a username has letters or digits");
    if (!wanted.email.reveal().contains('@')) return broken("invalid_email", "not an e-mail address");
    if (wanted.last_name.reveal().size() > 200) return broken("invalid_name", "a name has at most 200 bytes");
    if (wanted.password.reveal().size() < 12)
      return broken("weak_password", "a password has at least 12 characters");
    for (const auto& [key, entry] : entries_) {
      if (!key.starts_with(wanted.realm + "/")) continue;
      if (entry.person.username == wanted.username)
        return Error(ErrorKind::conflict, "username_taken", {}, Origin::client);
      if (entry.person.email.reveal() == wanted.email.reveal())
        return Error(ErrorKind::conflict, "email_taken", {}, Origin::client);
    }
    return std::nullopt;
  }

  std::map<std::string, Entry> entries_;
  bool is_down_ = false;
};

}  // namespace gatehouse::auth_server::testing
