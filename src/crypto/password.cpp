// argon2id over libargon2: costs are checked before a stored hash may spend them.
#include "crypto/password.hpp"

#include <optional>

#include <argon2.h>

#include "core/ids.hpp"
#include "core/text.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kPhcBytesMax = 512;
// What a stored hash may ask of us: an imported user must not be able to stop the service.
constexpr PasswordHashCost kCostMax{.memory_kib = 1024 * 1024, .iterations = 64, .parallelism = 64};

std::unexpected<Error> hash_failed(int code) {
  return fail(ErrorKind::internal, "password_hash_failed", argon2_error_message(code));
}

std::optional<std::uint32_t> parameter(std::string_view text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  return core::parse_int<std::uint32_t>(text.substr(name.size()));
}

// $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>
std::optional<PasswordHashCost> cost_of(std::string_view phc) {
  const auto parts = core::split(phc, '$');
  if (phc.size() > kPhcBytesMax || parts.size() != 6 || !parts[0].empty() || parts[1] != "argon2id" ||
      parts[2] != "v=19") {
    return std::nullopt;
  }
  const auto costs = core::split(parts[3], ',');
  if (costs.size() != 3) return std::nullopt;
  const auto memory = parameter(costs[0], "m=");
  const auto iterations = parameter(costs[1], "t=");
  const auto parallelism = parameter(costs[2], "p=");
  if (!memory || !iterations || !parallelism) return std::nullopt;
  if (*memory > kCostMax.memory_kib || *iterations > kCostMax.iterations ||
      *parallelism > kCostMax.parallelism) {
    return std::nullopt;
  }
  return PasswordHashCost{*memory, *iterations, *parallelism};
}

bool same_cost(const PasswordHashCost& a, const PasswordHashCost& b) {
  return a.memory_kib == b.memory_kib && a.iterations == b.iterations && a.parallelism == b.parallelism;
}

bool can_match(const Secret& password) {
  return !password.empty() && password.reveal().size() <= kPasswordBytesMax;
}

}  // namespace

Result<std::string> hash_password(const Secret& password, const PasswordHashCost& cost) {
  if (password.empty()) return refuse(ErrorKind::invalid, "password_empty");
  if (password.reveal().size() > kPasswordBytesMax) {
    return refuse(ErrorKind::invalid, "password_too_long", "a password has at most 256 bytes");
  }
  const std::string salt = core::random_bytes(kSaltBytes);
  std::string phc(argon2_encodedlen(cost.iterations, cost.memory_kib, cost.parallelism, kSaltBytes,
                                    kHashBytes, Argon2_id),
                  '\0');
  const int code = argon2id_hash_encoded(cost.iterations, cost.memory_kib, cost.parallelism,
                                         password.reveal().data(), password.reveal().size(), salt.data(),
                                         salt.size(), kHashBytes, phc.data(), phc.size());
  if (code != ARGON2_OK) return hash_failed(code);
  phc.resize(phc.find('\0'));
  return phc;
}

Result<PasswordCheck> verify_password(const Secret& password, std::string_view phc,
                                      const PasswordHashCost& cost) {
  const auto stored = cost_of(phc);
  if (!stored) return fail(ErrorKind::internal, "bad_password_hash");
  if (!can_match(password)) return PasswordCheck{};
  const std::string terminated(phc);
  const int code = argon2id_verify(terminated.c_str(), password.reveal().data(), password.reveal().size());
  if (code == ARGON2_VERIFY_MISMATCH) return PasswordCheck{};
  if (code == ARGON2_MEMORY_ALLOCATION_ERROR || code == ARGON2_THREAD_FAIL) return hash_failed(code);
  if (code != ARGON2_OK) return fail(ErrorKind::internal, "bad_password_hash", argon2_error_message(code));
  return PasswordCheck{.matches = true, .needs_rehash = !same_cost(*stored, cost)};
}

Result<PasswordCheck> verify_without_account(const Secret& password, const PasswordHashCost& cost) {
  if (!can_match(password)) return PasswordCheck{};
  const std::string salt = core::random_bytes(kSaltBytes);
  std::string hash(kHashBytes, '\0');
  const int code =
      argon2id_hash_raw(cost.iterations, cost.memory_kib, cost.parallelism, password.reveal().data(),
                        password.reveal().size(), salt.data(), salt.size(), hash.data(), hash.size());
  if (code != ARGON2_OK) return hash_failed(code);
  return PasswordCheck{};
}

}  // namespace gatehouse::crypto
