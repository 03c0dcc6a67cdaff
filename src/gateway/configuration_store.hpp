// The configuration's store on the engine that the settings name, followed while the gateway runs: what
// another gateway changes is taken over at once where the engine tells of it, within a second where it is
// looked for.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>

#include "gateway/settings.hpp"
#include "gateway/store/sqlite_entity_rows.hpp"
#include "gateway/store/store.hpp"
#include "runtime/alarm.hpp"
#include "service/keys/role_keys.hpp"
#include "service/service.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::gateway {

class ConfigurationStore {
 public:
  // `keys` re-wraps the data keys of the store in the background. All must live until the service has
  // stopped. Throws service::StartError.
  ConfigurationStore(service::Service& service, const service::SqlStoreSettings& settings,
                     service::RoleKeys& keys, const store::EntityTypes& types);
  ConfigurationStore(const ConfigurationStore&) = delete;

  [[nodiscard]] store::Store& store() { return *store_; }

  // Puts into force what is there, and from now on what changes. Blocks: for a server that does not answer
  // two seconds, then the gateway goes on with what it last knew; if it never knew anything it is not ready
  // until the server has been read. Throws service::StartError when the embedded store cannot be read.
  void start(store::ConfigurationListener& listener);

 private:
  [[nodiscard]] std::unique_ptr<store::SqliteEntityRows> open_file(const std::filesystem::path& path,
                                                                   service::RoleKeys& keys);
  [[nodiscard]] std::unique_ptr<store::EntityRows> open(const service::SqliteSettings& settings,
                                                        service::RoleKeys& keys);
  [[nodiscard]] std::unique_ptr<store::EntityRows> open(const storage::postgres::Options& options,
                                                        service::RoleKeys& keys);
  [[nodiscard]] Result<void> readiness() const;
  [[nodiscard]] Result<void> take_over();
  [[nodiscard]] Awaitable<Result<void>> look();
  [[nodiscard]] Awaitable<Result<void>> look_until(Deadline deadline);
  [[nodiscard]] Awaitable<> follow();
  void report(const Result<void>& looked);

  service::Service& service_;
  bool is_embedded_;
  Deadline server_may_come_;  // when the gateway starts
  Alarm news_;
  std::optional<storage::sqlite::AsyncDatabase> file_;  // the embedded store, or the copy of the server's
  std::shared_ptr<void> server_;                        // what its rows stand on
  std::unique_ptr<store::Store> store_;
  std::atomic<bool> is_seeded_{false};
  std::string_view reported_;  // the reason that was logged last
};

}  // namespace gatehouse::gateway
