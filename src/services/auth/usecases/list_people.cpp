#include "services/auth/usecases/list_people.hpp"

namespace gatehouse::auth {

namespace {

Awaitable<Result<PersonPage>> list_oneself(Ports ports, PersonKey key) {
  auto person = co_await ports.people.find(std::move(key));
  if (!person && person.error().kind != ErrorKind::not_found) co_return fail(person);
  PersonPage page;
  if (person) page.people.push_back(std::move(*person));
  co_return page;
}

}  // namespace

Awaitable<Result<PersonPage>> list_people(Ports ports, identity::Access access, std::string realm,
                                          PageRequest page) {
  if (const auto owner = access.owner()) {
    PersonKey oneself{std::move(realm), *owner};
    co_return co_await list_oneself(ports, std::move(oneself));
  }
  co_return co_await ports.people.list(std::move(realm), std::move(page));
}

Awaitable<Result<std::vector<Role>>> list_roles(Ports ports, std::string realm) {
  co_return co_await ports.roles.list(std::move(realm));
}

}  // namespace gatehouse::auth
