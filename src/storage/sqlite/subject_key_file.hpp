// The keys of people in an SQLite file of their own, which no backup of the rows carries along. Several
// processes may share it.
//
// A destroyed key is overwritten in the file and its log is emptied before destroy() returns; what a file
// system or a disk keeps of old blocks is beyond a program's reach.
#pragma once

#include <memory>
#include <string>

#include "crypto/subject_keys.hpp"
#include "storage/sqlite/async.hpp"
#include "storage/sqlite/wrapped_rows.hpp"

namespace gatehouse::storage::sqlite {

inline const WrappedTable kSubjectKeyTable{"subject_key", "subject", "wrapped"};

class SubjectKeyFile final : public crypto::SubjectKeyStore {
 public:
  // Makes the file (0600) and its table if they are not there. Errors: as Database::open and migrate.
  [[nodiscard]] static Result<std::shared_ptr<SubjectKeyFile>> open(const std::string& path);

  [[nodiscard]] Result<std::string> find(std::string_view subject) override;
  [[nodiscard]] Result<std::string> add(std::string_view subject, std::string_view wrapped) override;
  [[nodiscard]] Result<void> destroy(std::string_view subject, core::SystemTime now) override;
  [[nodiscard]] Result<std::vector<std::string>> erased(std::string_view after, std::size_t limit) override;

  // For the rotation of the ring: the same file.
  [[nodiscard]] Database& database() { return database_; }

 private:
  explicit SubjectKeyFile(Database database) : database_(std::move(database)) {}
  Database database_;
};

}  // namespace gatehouse::storage::sqlite
