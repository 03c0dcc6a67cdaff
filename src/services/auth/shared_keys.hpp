// The keys of people in MongoDB, in a database of their own, for auth on several machines: what the file
// secrets/subject_keys.db is for one (docs/decisions/0014-keys-of-people-apart.md).
#pragma once

#include <filesystem>
#include <memory>

#include "service/keys/role_keys.hpp"
#include "service/service.hpp"
#include "storage/mongo/subject_key_collection.hpp"
#include "storage/mongo/wrapped_rows.hpp"

namespace gatehouse::auth {

class SharedKeys {
 public:
  // They follow the role's ring from now on, and must live until the service has stopped. Throws
  // service::StartError for what waiting does not mend.
  SharedKeys(service::Service& service, service::RoleKeys& keys, const storage::mongo::Options& options);

  [[nodiscard]] const crypto::SubjectKeys& keys() const { return keys_; }
  // What a file of the time before holds comes here, tombstones too, and the file goes: a key that stayed in
  // it would outlive an erasure. Several instances may do it at once.
  [[nodiscard]] Awaitable<Result<void>> take_over_file();

 private:
  [[nodiscard]] Awaitable<Result<std::size_t>> copy_keys(storage::sqlite::SubjectKeyFile& file);

  std::filesystem::path file_;
  runtime::BlockingPool& pool_;
  std::unique_ptr<storage::mongo::Client> client_;
  storage::mongo::MongoWrappedRows rows_;
  crypto::SubjectKeys keys_;
};

}  // namespace gatehouse::auth
