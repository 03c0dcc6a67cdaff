#include "service/keys/role_keys.hpp"

#include "runtime/worker.hpp"

namespace gatehouse::service {

RoleKeys::RoleKeys(Service& service) : service_(service) {
  const json::value* settings = service.config().settings.if_contains("field_keys");
  if (settings != nullptr && !settings->is_object())
    throw StartError("settings.field_keys: must be an object");
  auto provider = or_stop(make_key_provider(settings == nullptr ? nullptr : &settings->get_object(),
                                            service.config().secrets_dir(), service.pool()));
  fields_ = follow(kFieldRing, std::move(provider));
  service.add_readiness("keys", [live = fields_]() -> Result<void> {
    if (live->snapshot() == nullptr) return fail(ErrorKind::unavailable, "key_ring_locked");
    return {};
  });
}

std::shared_ptr<const crypto::LiveKeyRing> RoleKeys::follow(std::string_view ring,
                                                            std::unique_ptr<KeyProvider> provider) {
  RingWatch& watch =
      watches_.emplace_back(std::string(ring), std::move(provider), service_.clock(), service_.metrics());
  auto live = or_stop(runtime::run_to_end(watch.start()));
  service_.tasks().spawn("key-ring", watch.run());
  return live;
}

crypto::BlindIndex RoleKeys::index() {
  const auto file = service_.config().secrets_dir() / "blind_index.key";
  return crypto::BlindIndex(follow(kIndexRing, std::make_unique<JsonFileKeys>(file, crypto::KeyUse::index)));
}

crypto::SubjectKeys RoleKeys::subject_keys(storage::RewrapRows::NameOf name_of) {
  const auto path = service_.config().secrets_dir() / "subject_keys.db";
  auto file = or_stop(storage::sqlite::SubjectKeyFile::open(path.string()));
  subjects_ = std::make_unique<storage::sqlite::AsyncDatabase>(file->database(), service_.pool());
  rewrap(*subjects_, storage::sqlite::kSubjectKeyTable, std::move(name_of));
  return {envelope(), std::move(file)};
}

void RoleKeys::rotate(std::string_view ring, std::string_view table, storage::Rotatable& rows,
                      RotationPace pace) {
  RotationJob& job =
      jobs_.emplace_back(std::string(ring), std::string(table), rows, service_.metrics(), pace);
  service_.tasks().spawn("key-rotation", job.run());
}

void RoleKeys::rewrap(std::string_view table, storage::WrappedRows& rows, storage::RewrapRows::NameOf name_of,
                      RotationPace pace) {
  rotate(kFieldRing, table, rewraps_.emplace_back(rows, envelope(), std::move(name_of)), pace);
}

void RoleKeys::rewrap(storage::sqlite::AsyncDatabase& database, const storage::WrappedTable& table,
                      storage::RewrapRows::NameOf name_of) {
  rewrap(table.table, tables_.emplace_back(database, table), std::move(name_of));
}

}  // namespace gatehouse::service
