#include "services/auth/usecases/verify_credentials.hpp"

#include "services/auth/usecases/try_password.hpp"

namespace gatehouse::auth {

namespace {

// What the store is asked for. A name that cannot exist is looked up like any other: it must not be quicker.
Pii lookup_form(const Pii& login) {
  if (auto email = canonical_email(login.reveal())) return std::move(*email);
  if (auto username = canonical_username(login.reveal())) return Pii{std::move(*username)};
  return Pii{};
}

Awaitable<Result<std::optional<Account>>> find(PersonStore& people, std::string realm, Pii login) {
  auto found = co_await people.find_by_login(std::move(realm), std::move(login));
  if (found) co_return std::optional<Account>(std::move(*found));
  if (found.error().kind == ErrorKind::not_found) co_return std::optional<Account>();
  co_return fail(found);
}

}  // namespace

Awaitable<Result<Person>> verify_credentials(Ports ports, LoginAttempt attempt) {
  if (!ports.addresses.allows(attempt.client_address, ports.clock.now())) {
    co_return refuse(ErrorKind::rate_limited, "too_many_attempts");
  }
  Pii login = lookup_form(attempt.login);
  auto account = co_await find(ports.people, attempt.realm, login);
  if (!account) co_return fail(account);

  const auto passed =
      co_await try_password(ports, attempt.realm, std::move(login), *account, attempt.password);
  if (!passed) co_return fail(passed);
  if (!*passed) {
    ports.addresses.count_failure(attempt.client_address, ports.clock.now());
    co_return refuse(ErrorKind::unauthenticated, "invalid_credentials");
  }
  co_return std::move((*account)->person);
}

}  // namespace gatehouse::auth
