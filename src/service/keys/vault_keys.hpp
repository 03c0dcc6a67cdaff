// A ring that Vault's transit engine has wrapped: secrets/field_keys.vault holds "vault:v1:…" and nothing
// else. The keys of the ring are in memory only, for `valid_for`; Vault is asked again before that ends, and
// when it refuses (a token revoked, a key deleted) the role's data is locked.
//
// Data keys of rows are wrapped by the ring, not by Vault one by one: a row costs no request.
#pragma once

#include "service/keys/key_provider.hpp"
#include "storage/vault/transit.hpp"

namespace gatehouse::service {

class VaultKeys final : public KeyProvider {
 public:
  VaultKeys(std::filesystem::path file, storage::vault::Options options);

  [[nodiscard]] Awaitable<Result<crypto::KeyRing>> load(Deadline deadline) override;
  // Wrapped with the latest version of Vault's key.
  [[nodiscard]] Awaitable<Result<void>> save(crypto::KeyRing ring, Deadline deadline) override;
  [[nodiscard]] std::string stamp() const override { return stamp_of(file_); }
  [[nodiscard]] std::chrono::milliseconds valid_for() const override { return transit_.options().valid_for; }
  [[nodiscard]] Awaitable<Result<std::string>> kept_by(Deadline deadline) override;
  // Rotates Vault's own key if the settings ask for it ("rotate_vault_key").
  [[nodiscard]] Awaitable<Result<void>> renew_protection(Deadline deadline) override;

 private:
  std::filesystem::path file_;
  storage::vault::Transit transit_;
};

}  // namespace gatehouse::service
