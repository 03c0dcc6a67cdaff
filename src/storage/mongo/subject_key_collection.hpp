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

#include <map>
#include <mutex>
#include <string>

#include "crypto/subject_keys.hpp"
#include "storage/mongo/client.hpp"

namespace gatehouse::storage::mongo {

inline constexpr std::string_view kSubjectKeyCollection = "subject_key";

// The indexes. What the client of a SubjectKeyCollection prepares.
[[nodiscard]] Result<void> prepare_subject_keys(Session& session);

class SubjectKeyCollection : public crypto::SubjectKeyStore {
 public:
  // Errors beside those of the port: those of Client::run_here. `client` must outlive it.
  explicit SubjectKeyCollection(Client& client) : client_(client) {}

  [[nodiscard]] Result<std::string> find(std::string_view subject) override;
  [[nodiscard]] Result<std::string> add(std::string_view subject, std::string_view wrapped) override;
  [[nodiscard]] std::vector<Result<std::string>> add_all(const std::vector<Key>& keys) override;
  [[nodiscard]] Result<void> destroy(std::string_view subject, core::SystemTime now) override;
  [[nodiscard]] Result<std::vector<std::string>> erased(std::string_view after, std::size_t limit) override;

 private:
  Client& client_;
};

// The same for one who goes through all subjects in their order, a command: find() reads on from the one that
// it is asked for, and remembers what it has seen. It may be late to notice what others change.
class SubjectKeysInOrder final : public SubjectKeyCollection {
 public:
  explicit SubjectKeysInOrder(Client& client) : SubjectKeyCollection(client), client_(client) {}
  [[nodiscard]] Result<std::string> find(std::string_view subject) override;
  [[nodiscard]] Result<void> destroy(std::string_view subject, core::SystemTime now) override;

 private:
  Client& client_;
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> seen_;
};

}  // namespace gatehouse::storage::mongo
