#include "services/auth/adapters/argon_hasher.hpp"

namespace gatehouse::auth {

namespace {

template <class T>
Result<T> busy_if_full(Result<T> result) {
  if (!result && result.error().reason == "pool_full") return fail(ErrorKind::unavailable, "hashing_busy");
  return result;
}

Result<PasswordMatch> match_of(const Result<crypto::PasswordCheck>& check) {
  if (!check) return fail(check);
  return PasswordMatch{.matches = check->matches, .is_outdated = check->needs_rehash};
}

}  // namespace

Awaitable<Result<Secret>> ArgonHasher::hash(Secret password) {
  auto work = [this, password]() -> Result<Secret> {
    auto phc = crypto::hash_password(password, cost_);
    if (!phc) return fail(phc);
    return Secret{std::move(*phc)};
  };
  auto hashed = co_await threads_.run(std::move(work));
  co_return busy_if_full(std::move(hashed));
}

Awaitable<Result<PasswordMatch>> ArgonHasher::verify(Secret password, Secret hash) {
  auto work = [this, password, hash] {
    return match_of(crypto::verify_password(password, hash.reveal(), cost_));
  };
  auto match = co_await threads_.run(std::move(work));
  co_return busy_if_full(std::move(match));
}

Awaitable<Result<PasswordMatch>> ArgonHasher::verify_nobody(Secret password) {
  auto work = [this, password] { return match_of(crypto::verify_without_account(password, cost_)); };
  auto match = co_await threads_.run(std::move(work));
  co_return busy_if_full(std::move(match));
}

}  // namespace gatehouse::auth
