// People for tests: a list with passwords.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "auth_server/people/people.hpp"

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

 private:
  std::map<std::string, Entry> entries_;
  bool is_down_ = false;
};

}  // namespace gatehouse::auth_server::testing
