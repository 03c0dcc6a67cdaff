#include "gateway/store/store.hpp"

#include <fmt/format.h>

namespace gatehouse::gateway::store {
namespace {

// Each that fails is one that another gateway won.
constexpr int kAttemptsMax = 32;

Outcome<Entity> refused(Error cause) {
  return std::unexpected(not_stored(std::move(cause)));
}

// What the listener would not put into force is the client's fault: a route that cannot be compiled.
Refusal not_servable(const Error& error) {
  if (error.origin != Origin::client) return unexpected(error);
  return schema_violation({{"@entity", json::array{json::string(error.detail)}}});
}

}  // namespace

std::shared_ptr<const Entities> Store::entities() const {
  const std::scoped_lock lock(entities_mutex_);
  return entities_;
}

Result<void> Store::readiness() const {
  const std::scoped_lock lock(entities_mutex_);
  if (unread_) return std::unexpected(*unread_);
  return {};
}

void Store::keep(std::shared_ptr<const Entities> entities, std::int64_t generation) {
  generation_ = generation;
  const std::scoped_lock lock(entities_mutex_);
  entities_ = std::move(entities);
  unread_.reset();
}

Result<void> Store::attach(ConfigurationListener& listener) {
  const std::scoped_lock lock(mutex_);
  listener_ = &listener;
  if (generation_ == 0) return {};
  return listener.publish(entities());
}

Result<PutIntoForce> Store::prepare(const std::shared_ptr<const Entities>& entities) const {
  if (listener_ == nullptr) return [] {};
  return listener_->prepare(entities);
}

Result<std::shared_ptr<const Entities>> Store::load(const std::vector<StoredRow>& rows) const {
  std::map<std::string_view, std::shared_ptr<Table>> tables;
  for (const StoredRow& row : rows) {
    const EntityType* type = types_.find(row.type);
    if (type == nullptr) return fail(ErrorKind::internal, "unknown_entity_type", row.type);
    auto entity = cipher_.open(*type, row.id, row.sealed);
    if (!entity)
      return fail(entity.error().kind, entity.error().reason, fmt::format("{} {}", row.type, row.id));
    std::shared_ptr<Table>& table = tables[type->name];
    if (table == nullptr) table = std::make_shared<Table>();
    table->put(*type, std::make_shared<const json::object>(std::move(*entity)));
  }
  auto entities = std::make_shared<Entities>();
  for (auto& [name, table] : tables) entities->replace(name, std::move(table));
  return entities;
}

Result<bool> Store::catch_up() {
  auto stored = rows_->read(generation_);
  if (!stored) return fail(stored);
  if (!*stored) return false;
  auto loaded = load((*stored)->rows);
  if (!loaded) return fail(loaded);
  const auto put_into_force = prepare(*loaded);
  if (!put_into_force) return fail(put_into_force);
  rows_->accept(**stored);
  keep(std::move(*loaded), (*stored)->generation);
  done_ = std::move((*stored)->done);
  (*put_into_force)();
  return true;
}

Result<bool> Store::refresh() {
  const std::scoped_lock lock(mutex_);
  auto caught_up = catch_up();
  if (!caught_up && generation_ == 0) {
    const std::scoped_lock entities_lock(entities_mutex_);
    unread_ = caught_up.error();
  }
  return caught_up;
}

Result<RowChange> Store::sealed(const std::vector<Draft::Write>& writes, std::string_view once) const {
  RowChange change{.base = generation_, .writes = {}, .once = std::string(once)};
  for (const Draft::Write& write : writes) {
    RowChange::Write row{.type = std::string(write.type->name), .id = write.id, .row = {}};
    if (write.entity != nullptr) {
      auto made = cipher_.seal(*write.type, *write.entity);
      if (!made) return fail(made);
      row.row = std::move(*made);
    }
    change.writes.push_back(std::move(row));
  }
  return change;
}

std::optional<Outcome<Entity>> Store::attempt(const Change& change, std::string_view once) {
  if (auto current = catch_up(); !current) return refused(current.error());
  if (done_.contains(once)) return Outcome<Entity>(nullptr);
  Draft draft(types_, *entities());
  auto outcome = change(draft);
  if (!outcome || (draft.writes().empty() && once.empty())) return outcome;
  const auto rows = sealed(draft.writes(), once);
  if (!rows) return refused(rows.error());
  auto after = std::make_shared<const Entities>(draft.entities());
  const auto put_into_force = prepare(after);
  if (!put_into_force) return std::unexpected(not_servable(put_into_force.error()));
  const auto written = rows_->write(*rows);
  if (!written) return refused(written.error());
  if (*written == Written::overtaken) return std::nullopt;
  keep(std::move(after), generation_ + 1);
  if (!once.empty()) done_.emplace(once);
  (*put_into_force)();
  return outcome;
}

Outcome<Entity> Store::commit(const Change& change, std::string_view once) {
  const std::scoped_lock lock(mutex_);
  if (done_.contains(once)) return nullptr;
  for (int attempts = 0; attempts < kAttemptsMax; ++attempts) {
    if (auto outcome = attempt(change, once)) return std::move(*outcome);
  }
  return refused(Error(ErrorKind::unavailable, "configuration_contended"));
}

bool Store::is_reachable() {
  const std::scoped_lock lock(mutex_);
  return rows_->read(generation_).has_value();
}

}  // namespace gatehouse::gateway::store
