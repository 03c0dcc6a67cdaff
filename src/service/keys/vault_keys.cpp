#include "service/keys/vault_keys.hpp"

#include <fmt/format.h>

#include "core/durable_file.hpp"

namespace gatehouse::service {

namespace {

// Bound to the ciphertext: a text that Vault has wrapped for something else is no ring.
constexpr std::string_view kContext = "gatehouse key ring";

Result<std::string> ciphertext_in(const std::filesystem::path& file) {
  auto text = core::read_file(file);
  if (!text) return fail(text);
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (!storage::vault::version_of(*text)) {
    return fail(ErrorKind::internal, "bad_key_ring",
                fmt::format("{}: no ciphertext of Vault", file.string()));
  }
  return text;
}

}  // namespace

VaultKeys::VaultKeys(std::filesystem::path file, storage::vault::Options options)
    : file_(std::move(file)), transit_(std::move(options)) {}

Awaitable<Result<crypto::KeyRing>> VaultKeys::load(Deadline deadline) {
  auto ciphertext = ciphertext_in(file_);
  if (!ciphertext) co_return fail(ciphertext);
  std::string context(kContext);
  const auto text = co_await transit_.decrypt(std::move(*ciphertext), std::move(context), deadline);
  if (!text) co_return fail(text);
  co_return crypto::KeyRing::from_json(text->reveal());
}

Awaitable<Result<void>> VaultKeys::save(crypto::KeyRing ring, Deadline deadline) {
  std::string context(kContext);
  const auto ciphertext = co_await transit_.encrypt(ring.to_json(), std::move(context), deadline);
  if (!ciphertext) co_return fail(ciphertext);
  co_return core::write_durably(file_, *ciphertext + "\n", core::kOwnerOnly);
}

Awaitable<Result<std::string>> VaultKeys::kept_by(Deadline deadline) {
  const auto ciphertext = ciphertext_in(file_);
  if (!ciphertext) co_return fail(ciphertext);
  const auto versions = co_await transit_.versions(deadline);
  if (!versions) co_return fail(versions);
  co_return fmt::format("vault {} v{} of {}", transit_.options().key,
                        storage::vault::version_of(*ciphertext).value_or(0), versions->latest);
}

Awaitable<Result<void>> VaultKeys::renew_protection(Deadline deadline) {
  if (!transit_.options().rotates_vault_key) co_return Result<void>{};
  co_return co_await transit_.rotate(deadline);
}

}  // namespace gatehouse::service
