// How a Vault is reached and who we are to it. In the settings of a role:
//
//   "field_keys": {"provider": "vault", "address": "https://vault.example.org:8200", "key": "gatehouse-auth",
//                  "mount": "transit", "namespace": "team-a", "token_file": "vault_token",
//                  "ca": "/etc/gatehouse/vault-ca.pem", "timeout": "3s", "valid_for": "10m",
//                  "rotate_vault_key": false}
//
// `address`, `key` and `token_file` are required. The token lies in the role's secrets (a name) or wherever a
// Vault agent writes it (a path); it is read again whenever the file changes.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "core/fields.hpp"
#include "core/result.hpp"

namespace gatehouse::storage::vault {

struct Options {
  std::string host;
  std::uint16_t port = 8200;
  std::string mount = "transit";
  std::string key;
  std::string space;  // X-Vault-Namespace; empty: none
  std::filesystem::path token_file;
  std::string ca;                            // empty: the system's
  std::chrono::milliseconds timeout{3'000};  // of one try
  std::chrono::milliseconds valid_for{600'000};
  bool rotates_vault_key = false;

  // Reads the members above from `fields`, whose owner finishes them. What is wrong is remembered there.
  [[nodiscard]] static Options read(Fields& fields, const std::filesystem::path& secrets);
};

}  // namespace gatehouse::storage::vault
