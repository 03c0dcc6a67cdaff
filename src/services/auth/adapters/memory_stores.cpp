#include "services/auth/adapters/memory_stores.hpp"

#include <algorithm>

namespace gatehouse::auth {

Account* MemoryPeople::account_of(const PersonKey& key) {
  const auto found = accounts_.find({key.realm, key.id});
  return found == accounts_.end() ? nullptr : &found->second;
}

bool MemoryPeople::is_email_taken(const Person& by) const {
  if (by.email.empty()) return false;
  return std::ranges::any_of(accounts_, [&](const auto& entry) {
    const Person& other = entry.second.person;
    return other.realm == by.realm && other.id != by.id && other.email.reveal() == by.email.reveal();
  });
}

void MemoryPeople::write_down(const PersonKey& key, AuditEvent event, core::SystemTime now) {
  AuditRecord record{.sequence = static_cast<std::int64_t>(trail_.size()) + 1,
                     .person_id = key.id,
                     .at = now,
                     .event = std::move(event)};
  trail_.emplace_back(Key{key.realm, key.id}, std::move(record));
}

Awaitable<Result<Person>> MemoryPeople::find(PersonKey key) {
  const Account* account = account_of(key);
  if (account == nullptr) co_return unknown_person();
  co_return account->person;
}

Awaitable<Result<Account>> MemoryPeople::find_account(PersonKey key) {
  const Account* account = account_of(key);
  if (account == nullptr) co_return unknown_person();
  co_return *account;
}

Awaitable<Result<Account>> MemoryPeople::find_by_login(std::string realm, Pii login) {
  for (const auto& [key, account] : accounts_) {
    const Person& person = account.person;
    if (person.realm != realm || login.empty()) continue;
    const bool by_email = login.reveal().contains('@');
    if (login.reveal() == (by_email ? person.email.reveal() : person.username)) co_return account;
  }
  co_return unknown_person();
}

Awaitable<Result<Person>> MemoryPeople::create(Account account, AuditEvent event, core::SystemTime now) {
  const PersonKey key{account.person.realm, account.person.id};
  const bool is_taken =
      account_of(key) != nullptr || std::ranges::any_of(accounts_, [&](const auto& entry) {
        const Person& other = entry.second.person;
        return other.realm == account.person.realm && other.username == account.person.username;
      });
  if (is_taken) co_return refuse(ErrorKind::conflict, "username_taken");
  if (is_email_taken(account.person)) co_return refuse(ErrorKind::conflict, "email_taken");
  if (erased_.contains({key.realm, key.id})) co_return refuse(ErrorKind::conflict, "person_erased");
  write_down(key, std::move(event), now);
  Person person = account.person;
  accounts_.emplace(Key{key.realm, key.id}, std::move(account));
  co_return person;
}

Awaitable<Result<Person>> MemoryPeople::update(PersonKey key, AccountChange change, core::SystemTime now) {
  Account* account = account_of(key);
  if (account == nullptr) co_return unknown_person();
  Account changed = *account;
  auto event = change(changed);
  if (!event) co_return fail(event);
  if (event->fields.empty()) co_return account->person;
  changed.person.id = key.id;
  changed.person.realm = key.realm;
  changed.person.username = account->person.username;
  if (is_email_taken(changed.person)) co_return refuse(ErrorKind::conflict, "email_taken");
  changed.person.version = account->person.version + 1;
  changed.person.updated_at = now;
  *account = std::move(changed);
  write_down(key, std::move(*event), now);
  co_return account->person;
}

Awaitable<Result<void>> MemoryPeople::replace_hash(PersonKey key, Secret known, Secret fresh) {
  Account* account = account_of(key);
  if (account != nullptr && account->password_hash.reveal() == known.reveal()) account->password_hash = fresh;
  co_return Result<void>{};
}

Awaitable<Result<void>> MemoryPeople::erase(PersonKey key, std::optional<std::int64_t> version,
                                            AuditEvent event, core::SystemTime now) {
  const Account* account = account_of(key);
  if (account == nullptr) co_return unknown_person();
  if (version) {
    if (const auto current = check_version(account->person, *version); !current) co_return fail(current);
  }
  accounts_.erase({key.realm, key.id});
  erased_.insert({key.realm, key.id});
  write_down(key, std::move(event), now);
  co_return Result<void>{};
}

Awaitable<Result<PersonPage>> MemoryPeople::list(std::string realm, PageRequest page) {
  PersonPage result;
  for (const auto& [key, account] : accounts_) {
    if (key.first == realm && account.person.username > page.after) result.people.push_back(account.person);
  }
  std::ranges::sort(result.people, {}, &Person::username);
  result.has_more = result.people.size() > page.limit;
  if (result.has_more) result.people.resize(page.limit);
  co_return result;
}

Awaitable<Result<std::vector<AuditRecord>>> MemoryPeople::audit_of(PersonKey key, std::size_t limit) {
  std::vector<AuditRecord> records;
  for (auto entry = trail_.rbegin(); entry != trail_.rend() && records.size() < limit; ++entry) {
    if (entry->first == Key{key.realm, key.id}) records.push_back(entry->second);
  }
  co_return records;
}

Awaitable<Result<std::vector<Role>>> MemoryRoles::list(std::string realm) {
  std::vector<Role> roles;
  for (const auto& [key, role] : roles_) {
    if (std::get<0>(key) == realm) roles.push_back(role);
  }
  co_return roles;
}

Awaitable<Result<std::size_t>> MemoryRoles::add(std::string realm, std::vector<Role> roles) {
  std::size_t added = 0;
  for (Role& role : roles) {
    auto key = std::make_tuple(realm, role.client, role.name);
    if (roles_.emplace(std::move(key), std::move(role)).second) ++added;
  }
  co_return added;
}

Awaitable<Result<FailureRecord>> MemoryAttempts::find(AttemptKey key) {
  const auto found = records_.find({key.realm, key.account});
  co_return found == records_.end() ? FailureRecord{} : found->second;
}

Awaitable<Result<FailureRecord>> MemoryAttempts::update(AttemptKey key, RecordChange change) {
  FailureRecord& record = records_[{key.realm, key.account}];
  const FailureRecord before = record;
  change(record);
  co_return before;
}

}  // namespace gatehouse::auth
