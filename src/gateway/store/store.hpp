// The gateway's configuration in its store and in memory. Reading is free: an immutable value. A change runs
// alone, is compiled, committed, and then in force, in this order: what was acknowledged is durable and in
// force, what was refused left no trace.
//
// Several gateways may share the store: each change begins with what the others wrote, refresh() takes it
// over. When the store cannot be reached the gateway goes on with what it has.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "gateway/store/draft.hpp"
#include "gateway/store/entities.hpp"
#include "gateway/store/entity_rows.hpp"

namespace gatehouse::gateway::store {

class Store {
 public:
  using Change = std::function<Outcome<Entity>(Draft&)>;

  // Has nothing until the first refresh().
  Store(std::unique_ptr<EntityRows> rows, const EntityTypes& types, crypto::Envelope envelope)
      : rows_(std::move(rows)), types_(types), cipher_(types, std::move(envelope)) {}

  [[nodiscard]] std::shared_ptr<const Entities> entities() const;
  [[nodiscard]] const EntityTypes& types() const { return types_; }
  // Why nothing was ever read, if so: the last refresh()'s error.
  [[nodiscard]] Result<void> readiness() const;

  // Publishes what is there, and everything from now on.
  [[nodiscard]] Result<void> attach(ConfigurationListener& listener);

  // Blocks: call it on runtime::BlockingPool. What `change` gives is given back when it is durable and in
  // force. It runs again, on what is there then, when another gateway was faster. 503 when the store cannot
  // be reached.
  [[nodiscard]] Outcome<Entity> change(const Change& change) { return commit(change, {}); }

  // Takes over what another gateway changed; true if there was something. Blocks. Errors: those of the
  // engine, and of crypto::Envelope when a secret cannot be opened.
  [[nodiscard]] Result<bool> refresh();

  // As change(), but only if it was never done under this name, even if its entities were removed since.
  [[nodiscard]] Outcome<Entity> change_once(std::string_view name, const Change& change) {
    return commit(change, name);
  }

  [[nodiscard]] bool is_reachable();  // can the store be read? Blocks.

 private:
  [[nodiscard]] Result<bool> catch_up();
  [[nodiscard]] Result<std::shared_ptr<const Entities>> load(const std::vector<StoredRow>& rows) const;
  [[nodiscard]] Result<RowChange> sealed(const std::vector<Draft::Write>& writes,
                                         std::string_view once) const;
  [[nodiscard]] Outcome<Entity> commit(const Change& change, std::string_view once);
  // Nothing: another gateway was faster.
  [[nodiscard]] std::optional<Outcome<Entity>> attempt(const Change& change, std::string_view once);
  void keep(std::shared_ptr<const Entities> entities, std::int64_t generation);
  [[nodiscard]] Result<PutIntoForce> prepare(const std::shared_ptr<const Entities>& entities) const;

  const std::unique_ptr<EntityRows> rows_;
  const EntityTypes& types_;
  RowCipher cipher_;
  std::mutex mutex_;  // one change at a time; guards what follows
  ConfigurationListener* listener_ = nullptr;
  std::int64_t generation_ = 0;              // 0: nothing was read yet
  std::set<std::string, std::less<>> done_;  // by change_once()

  mutable std::mutex entities_mutex_;  // guards what follows
  std::shared_ptr<const Entities> entities_ = std::make_shared<const Entities>();
  std::optional<Error> unread_ = Error(ErrorKind::unavailable, "configuration_not_read");
};

}  // namespace gatehouse::gateway::store
