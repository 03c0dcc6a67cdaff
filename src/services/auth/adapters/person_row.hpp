// A person as a row of a table: address, names and password hash sealed under a data key of the row's own,
// the address found by its blind index. What is in a row may be seen by whoever has the file.
#pragma once

#include <optional>
#include <string>

#include "core/result.hpp"
#include "crypto/envelope.hpp"
#include "services/auth/domain/account.hpp"

namespace gatehouse::auth {

struct PersonRow {
  std::string realm;
  std::string id;
  std::string username;
  std::optional<std::string> email_index;
  std::string wrapped_key;
  std::string email;  // sealed, as are the next three
  std::string first_name;
  std::string last_name;
  std::string password_hash;
  bool enabled = true;
  bool email_verified = false;
  std::string realm_roles;   // JSON: ["customer"]
  std::string client_roles;  // JSON: {"shop":["buyer"]}
  std::int64_t not_before = 0;
  core::SystemTime created_at{};
  core::SystemTime updated_at{};
  std::int64_t version = 1;
};

// Safe to use from any thread.
class PersonSealer {
 public:
  PersonSealer(crypto::Envelope envelope, crypto::BlindIndex index)
      : envelope_(std::move(envelope)), index_(std::move(index)) {}

  // Under the data key in `wrapped_key`; a new one is made if there is none yet.
  [[nodiscard]] Result<PersonRow> seal(const Account&, std::optional<std::string> wrapped_key = {}) const;
  // `ciphertext_rejected` if the row was tampered with, `broken_row` if it cannot be read.
  [[nodiscard]] Result<Account> open(const PersonRow&) const;

  [[nodiscard]] std::string index_of(std::string_view realm, std::string_view email) const;

 private:
  crypto::Envelope envelope_;
  crypto::BlindIndex index_;
};

}  // namespace gatehouse::auth
