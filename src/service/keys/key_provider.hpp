// Where the key ring of a role comes from, and how its text is protected there. What a role's settings say:
//
//   "field_keys": {"provider": "file"}                              secrets/field_keys.json, the default
//   "field_keys": {"provider": "environment", "variable": "AUTH_KEYS"}
//                                                                   the same JSON, read once, never written
//   "field_keys": {"provider": "passphrase", "passphrase_file": "keys.pass"}
//              or {"provider": "passphrase", "passphrase_variable": "AUTH_KEYS_PASSPHRASE"}
//                                                                   secrets/field_keys.pem (crypto/passphrase)
//   "field_keys": {"provider": "vault", "address": "https://vault:8200", "key": "gatehouse-auth", …}
//                                                                   secrets/field_keys.vault (storage/vault)
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "core/json.hpp"
#include "crypto/key_ring.hpp"
#include "runtime/blocking_pool.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::service {

class KeyProvider {
 public:
  virtual ~KeyProvider() = default;

  // Errors: what the file, OpenSSL or Vault says; `unavailable` when it may be better later.
  [[nodiscard]] virtual Awaitable<Result<crypto::KeyRing>> load(Deadline deadline) = 0;
  // Replaces the ring, durably and readable for its owner only. `keys_are_read_only` (unprocessable).
  [[nodiscard]] virtual Awaitable<Result<void>> save(crypto::KeyRing ring, Deadline deadline) = 0;
  // Another text after a change: load() then gives another ring. Cheap, asked every second.
  [[nodiscard]] virtual std::string stamp() const = 0;
  // For how long a loaded ring may be used without asking again; zero: for ever.
  [[nodiscard]] virtual std::chrono::milliseconds valid_for() const { return {}; }
  // For people: "file", "vault gatehouse-auth v2 of 3".
  [[nodiscard]] virtual Awaitable<Result<std::string>> kept_by(Deadline deadline) = 0;
  // Before a rotation: a new version of whatever wraps the ring itself, where there is such a thing.
  [[nodiscard]] virtual Awaitable<Result<void>> renew_protection(Deadline) { co_return Result<void>{}; }
};

// A ring as JSON in a file.
class JsonFileKeys final : public KeyProvider {
 public:
  explicit JsonFileKeys(std::filesystem::path file, crypto::KeyUse use = crypto::KeyUse::wrapping)
      : file_(std::move(file)), use_(use) {}
  [[nodiscard]] Awaitable<Result<crypto::KeyRing>> load(Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<void>> save(crypto::KeyRing ring, Deadline deadline) override;
  [[nodiscard]] std::string stamp() const override;
  [[nodiscard]] Awaitable<Result<std::string>> kept_by(Deadline) override { co_return "file"; }

 private:
  std::filesystem::path file_;
  crypto::KeyUse use_;
};

class EnvironmentKeys final : public KeyProvider {
 public:
  explicit EnvironmentKeys(std::string variable) : variable_(std::move(variable)) {}
  [[nodiscard]] Awaitable<Result<crypto::KeyRing>> load(Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<void>> save(crypto::KeyRing ring, Deadline deadline) override;
  [[nodiscard]] std::string stamp() const override { return {}; }
  [[nodiscard]] Awaitable<Result<std::string>> kept_by(Deadline) override { co_return "environment"; }

 private:
  std::string variable_;
};

// The file is opened with a passphrase that lies elsewhere. The derivation runs on `pool`.
class PassphraseFileKeys final : public KeyProvider {
 public:
  PassphraseFileKeys(std::filesystem::path file, Secret passphrase, runtime::BlockingPool& pool)
      : file_(std::move(file)), passphrase_(std::move(passphrase)), pool_(pool) {}
  [[nodiscard]] Awaitable<Result<crypto::KeyRing>> load(Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<void>> save(crypto::KeyRing ring, Deadline deadline) override;
  [[nodiscard]] std::string stamp() const override;
  [[nodiscard]] Awaitable<Result<std::string>> kept_by(Deadline) override { co_return "passphrase"; }

 private:
  std::filesystem::path file_;
  Secret passphrase_;
  runtime::BlockingPool& pool_;
};

// What the settings name. `settings`: null for the default. Errors: `invalid_field`, `unknown_field` with the
// path; `secret_missing` (invalid).
[[nodiscard]] Result<std::unique_ptr<KeyProvider>> make_key_provider(const json::object* settings,
                                                                     const std::filesystem::path& secrets,
                                                                     runtime::BlockingPool& pool);

// Time and size of a file as text: another one after it was written.
[[nodiscard]] std::string stamp_of(const std::filesystem::path& file);

}  // namespace gatehouse::service
