// The keys of a running role: loaded before anything is served, followed while it runs, as certificates are.
//
//   RoleKeys keys(service);                               // throws StartError with one clear line
//   SqlitePaymentStore store(database, keys.envelope());
//   keys.rewrap(database, {"payment", "id", "data_key"}, name_of);   // in the background, after a rotation
//   …
//   return service.run(router);
#pragma once

#include <list>
#include <memory>
#include <string>

#include "crypto/envelope.hpp"
#include "crypto/subject_keys.hpp"
#include "service/keys/key_provider.hpp"
#include "service/keys/ring_watch.hpp"
#include "service/keys/rotation_job.hpp"
#include "service/service.hpp"
#include "storage/sqlite/subject_key_file.hpp"

namespace gatehouse::service {

inline constexpr std::string_view kFieldRing = "fields";
inline constexpr std::string_view kIndexRing = "index";

class RoleKeys {
 public:
  // Loads the ring that config.settings["field_keys"] names and follows it from now on.
  explicit RoleKeys(Service& service);

  [[nodiscard]] crypto::Envelope envelope() const { return crypto::Envelope(fields_); }
  // secrets/blind_index.key. Once.
  [[nodiscard]] crypto::BlindIndex index();
  // secrets/subject_keys.db, under the same ring, whose rotation it follows; `name_of` a subject. Once.
  [[nodiscard]] crypto::SubjectKeys subject_keys(storage::RewrapRows::NameOf name_of);

  // Each starts a job that brings rows to the current version whenever it changes. What they are given must
  // live until the service has stopped. `name_of` gives the place of a row's key from the row's id.
  void rotate(std::string_view ring, std::string_view table, storage::Rotatable& rows,
              RotationPace pace = {});
  void rewrap(std::string_view table, storage::WrappedRows& rows, storage::RewrapRows::NameOf name_of,
              RotationPace pace = {});
  void rewrap(storage::sqlite::AsyncDatabase& database, const storage::WrappedTable& table,
              storage::RewrapRows::NameOf name_of);

 private:
  [[nodiscard]] std::shared_ptr<const crypto::LiveKeyRing> follow(std::string_view ring,
                                                                  std::unique_ptr<KeyProvider> provider);

  Service& service_;
  std::list<RingWatch> watches_;
  std::list<storage::sqlite::SqliteWrappedRows> tables_;
  std::list<storage::RewrapRows> rewraps_;
  std::list<RotationJob> jobs_;
  std::shared_ptr<const crypto::LiveKeyRing> fields_;
  std::unique_ptr<storage::sqlite::AsyncDatabase> subjects_;
};

}  // namespace gatehouse::service
