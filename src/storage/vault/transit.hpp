// HashiCorp Vault's transit engine (https://developer.hashicorp.com/vault/api-docs/secret/transit): Vault
// encrypts and decrypts with a key that never leaves it. Over HTTPS only.
//
// Every call is repeated on 412, 429, 5xx and an unreachable Vault, with a wait in between, until its
// deadline. A 403 makes it look at the token's file again: an agent may have renewed it.
#pragma once

#include <string>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "http/client.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"
#include "storage/vault/options.hpp"

namespace gatehouse::storage::vault {

struct KeyVersions {
  std::uint32_t latest = 0;
  std::uint32_t min_decryption = 0;  // older ciphertexts are refused
};

class Transit {
 public:
  explicit Transit(Options options) : options_(std::move(options)) {}

  // "vault:v<version>:<base64>". `context` is authenticated with it (associated_data), not stored.
  //
  // Errors, here and below: unavailable `vault_unavailable` (unreachable, sealed, too busy),
  // `vault_token_unreadable`; internal `vault_refused` (403: the token or its policy), `vault_rejected` (any
  // other 4xx, with Vault's words), `vault_tls` (CA); bad_upstream `vault_answer` (nonsense).
  [[nodiscard]] Awaitable<Result<std::string>> encrypt(Secret plaintext, std::string context,
                                                       Deadline deadline);
  [[nodiscard]] Awaitable<Result<Secret>> decrypt(std::string ciphertext, std::string context,
                                                  Deadline deadline);
  [[nodiscard]] Awaitable<Result<KeyVersions>> versions(Deadline deadline);
  // One more version, with which Vault encrypts from now on.
  [[nodiscard]] Awaitable<Result<void>> rotate(Deadline deadline);

  [[nodiscard]] const Options& options() const { return options_; }

 private:
  [[nodiscard]] Awaitable<Result<json::object>> call(std::string method, std::string path, Secret body,
                                                     Deadline deadline);
  [[nodiscard]] Awaitable<Result<http::Reply>> once(http::Client& client, const std::string& method,
                                                    const std::string& path, const Secret& body,
                                                    Deadline deadline);
  [[nodiscard]] Result<void> find_token();

  Options options_;
  Secret token_;
  std::string token_stamp_;
  std::shared_ptr<net::ClientTls> tls_;
};

// The version of Vault's key that a ciphertext names; nothing if it is none of Vault's.
[[nodiscard]] std::optional<std::uint32_t> version_of(std::string_view ciphertext);

}  // namespace gatehouse::storage::vault
