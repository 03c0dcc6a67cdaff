// A person as a row of a table: address, names and password hash sealed under the person's own key, which
// lies elsewhere (crypto/subject_keys), the address found by its blind index. What is in a row may be seen by
// whoever has the file or a backup of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "crypto/subject_keys.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/ports/person_store.hpp"

namespace gatehouse::auth {

struct PersonRow {
  std::string realm;
  std::string id;
  std::string username;
  std::optional<std::string> email_index;
  std::uint32_t index_version = 1;  // of the key that made email_index
  // The address under the other versions of the key: for an engine that cannot look and write in one.
  std::vector<std::string> other_indexes;
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

// The subject whose key opens a person's fields, and the place that is authenticated with them.
[[nodiscard]] crypto::RecordName record_name_of(const PersonKey&);
[[nodiscard]] crypto::RecordName record_name_of(std::string subject);

// Safe to use from any thread; may block, on the file of the keys.
class PersonSealer {
 public:
  PersonSealer(crypto::SubjectKeys keys, crypto::BlindIndex index)
      : keys_(std::move(keys)), index_(std::move(index)) {}

  // Under the person's key, which is made if there is none yet. `subject_erased` (not_found).
  [[nodiscard]] Result<PersonRow> seal(const Account&) const;
  // `ciphertext_rejected` if the row was tampered with, `broken_row` if it cannot be read, both with the id;
  // `unknown_person` if the person was erased and the row came back, from a backup for instance.
  [[nodiscard]] Result<Account> open(const PersonRow&) const;
  // The key goes, for good.
  [[nodiscard]] Result<void> erase(const PersonKey&, core::SystemTime now) const;

  // Under every key that rows may be indexed with now, the one for new rows first.
  [[nodiscard]] std::vector<std::string> indexes_of(std::string_view realm, std::string_view email) const;
  [[nodiscard]] crypto::BlindIndex::Value index_of(std::string_view realm, std::string_view email) const;
  [[nodiscard]] const crypto::BlindIndex& index() const { return index_; }
  [[nodiscard]] const crypto::SubjectKeys& keys() const { return keys_; }

 private:
  crypto::SubjectKeys keys_;
  crypto::BlindIndex index_;
};

// For lists: a page is shown without the rows that are damaged (a line in the log names each) or erased; each
// of them alone is an error.
[[nodiscard]] bool can_be_left_out(const PersonRow& row, const Error& error);

}  // namespace gatehouse::auth
