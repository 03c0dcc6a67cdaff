// The keys of people in a MongoDB collection, for instances on several machines. It belongs in a database of
// its own: whoever backs up the people must not carry their keys along (docs/decisions/0014).
//
//   {_id: subject, wrapped, key_version}     a key (wrapped_rows.hpp)
//   {_id: subject, is_erased: true, erased_at}   its tombstone: microseconds since 1970
//
// A key is only ever inserted, re-wrapped while it is still the same, or turned into a tombstone, and nothing
// changes a tombstone: so of all who race for one subject the first insertion counts, and an erasure always
// wins. What a server keeps of old versions (journal, oplog, free pages) is beyond this program's reach.
#pragma once

#include <string>

#include "crypto/subject_keys.hpp"
#include "storage/mongo/client.hpp"

namespace gatehouse::storage::mongo {

inline constexpr std::string_view kSubjectKeyCollection = "subject_key";

// The indexes. What the client of a SubjectKeyCollection prepares.
[[nodiscard]] Result<void> prepare_subject_keys(Session& session);

class SubjectKeyCollection final : public crypto::SubjectKeyStore {
 public:
  // Errors beside those of the port: those of Client::run_here. `client` must outlive it.
  explicit SubjectKeyCollection(Client& client) : client_(client) {}

  [[nodiscard]] Result<std::string> find(std::string_view subject) override;
  [[nodiscard]] Result<std::string> add(std::string_view subject, std::string_view wrapped) override;
  [[nodiscard]] Result<void> destroy(std::string_view subject, core::SystemTime now) override;
  [[nodiscard]] Result<std::vector<std::string>> erased(std::string_view after, std::size_t limit) override;

 private:
  Client& client_;
};

}  // namespace gatehouse::storage::mongo
