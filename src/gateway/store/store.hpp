// The gateway's configuration on disk and in memory. Reading is free: an immutable value. A change runs
// alone, is checked, put into force by the listener and committed, in this order: what was acknowledged is in
// force and durable, what was refused left no trace.
//
// Several gateways may share the file: each change begins with what the others wrote, refresh() takes it
// over.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include "core/result.hpp"
#include "gateway/store/draft.hpp"
#include "gateway/store/entities.hpp"
#include "gateway/store/sealed_row.hpp"
#include "storage/sqlite.hpp"

namespace gatehouse::gateway::store {

class Store {
 public:
  using Change = std::function<Outcome<Entity>(Draft&)>;

  // Reads everything. Errors: those of the database, and of crypto::Envelope when a secret cannot be opened.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(storage::sqlite::Database database,
                                                           const EntityTypes& types,
                                                           crypto::Envelope envelope);

  [[nodiscard]] std::shared_ptr<const Entities> entities() const;
  [[nodiscard]] const EntityTypes& types() const { return types_; }

  // Publishes what is there, and everything from now on.
  [[nodiscard]] Result<void> attach(ConfigurationListener& listener);

  // Blocks: call it on runtime::BlockingPool. What `change` gives is given back when it is in force and on
  // disk.
  [[nodiscard]] Outcome<Entity> change(const Change& change);

  // Takes over what another process changed; true if there was something. Blocks.
  [[nodiscard]] Result<bool> refresh();

  // As change(), but only if it was never done under this name, even if its entities were removed since.
  [[nodiscard]] Outcome<Entity> change_once(std::string_view name, const Change& change);

  [[nodiscard]] bool is_reachable();  // can the database be read? Blocks.

 private:
  Store(storage::sqlite::Database database, const EntityTypes& types, crypto::Envelope envelope)
      : database_(std::move(database)), types_(types), cipher_(types, std::move(envelope)) {}

  [[nodiscard]] Result<std::int64_t> generation(storage::sqlite::Connection& connection) const;
  [[nodiscard]] Result<bool> catch_up(storage::sqlite::Connection& connection);
  [[nodiscard]] Result<std::shared_ptr<const Entities>> load(storage::sqlite::Connection& connection) const;
  [[nodiscard]] Result<void> write(storage::sqlite::Connection& connection, const Draft::Write& write) const;
  [[nodiscard]] Outcome<Entity> run(storage::sqlite::Connection& connection, const Change& change);
  [[nodiscard]] Outcome<Entity> commit(
      const std::function<Outcome<Entity>(storage::sqlite::Connection&)>& work);
  void keep(std::shared_ptr<const Entities> entities, std::int64_t generation);
  [[nodiscard]] Result<void> publish(const std::shared_ptr<const Entities>& entities);

  storage::sqlite::Database database_;
  const EntityTypes& types_;
  RowCipher cipher_;
  std::mutex mutex_;  // one change at a time; guards what follows
  ConfigurationListener* listener_ = nullptr;
  std::int64_t generation_ = 0;

  mutable std::mutex entities_mutex_;
  std::shared_ptr<const Entities> entities_;
};

}  // namespace gatehouse::gateway::store
