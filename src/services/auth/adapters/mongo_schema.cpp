#include "services/auth/adapters/mongo_schema.hpp"

#include <fmt/format.h>

#include "storage/mongo/server_info.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace mongo = storage::mongo;

namespace {

// 2: email_key may be an array.
constexpr std::int64_t kSchemaVersion = 2;
constexpr std::size_t kTombstonesAtATime = 1'000;

// Nothing: nobody has prepared the database yet.
Result<std::optional<std::int64_t>> stored_version(mongo::Session& session) {
  const auto stored = session.find_one("schema", {{"_id", "auth"}});
  if (!stored) return fail(stored);
  if (!*stored) return std::nullopt;
  mongo::Reading reading{**stored};
  const std::int64_t version = reading.integer("version");
  if (const auto read = reading.finish(); !read) return fail(read);
  return version;
}

std::unexpected<Error> other_schema(std::int64_t version) {
  return fail(ErrorKind::internal, version > kSchemaVersion ? "newer_schema" : "older_schema",
              fmt::format("the database has schema {}, this program knows {}", version, kSchemaVersion));
}

Result<void> check_version(mongo::Session& session) {
  const auto stored = stored_version(session);
  if (!stored) return fail(stored);
  if (!*stored) {
    const auto written = session.insert("schema", {{"_id", "auth"}, {"version", kSchemaVersion}});
    if (!written && written.error().reason != "unique_violation") return fail(written);
    return {};
  }
  const std::int64_t version = **stored;
  if (version == kSchemaVersion) return {};
  if (version < kSchemaVersion) {
    const auto raised = session.replace("schema", {{"_id", "auth"}, {"version", version}},
                                        {{"_id", "auth"}, {"version", kSchemaVersion}});
    if (!raised) return fail(raised);
    return {};
  }
  return other_schema(version);
}

// A server that tests may use and people may not.
Result<void> look_at_server(mongo::Session& session) {
  const auto server = mongo::server_info(session);
  if (!server) return fail(server);
  if (server->is_ferretdb)
    log::warn("store-for-tests-only", "FerretDB 1 does not promise that updates are atomic, as MongoDB does",
              {log::field("db.version", server->version)});
  return {};
}

Result<void> create_indexes(mongo::Session& session) {
  using mongo::Uniqueness;
  const mongo::Index by_username{"person_by_username", {{"realm", 1}, {"username", 1}}};
  const mongo::Index by_email{"person_by_email", {{"realm", 1}, {"email_key", 1}}};
  const mongo::Index by_index_version{"person_by_index_version", {{"index_version", 1}, {"_id", 1}}};
  const mongo::Index audit_by_action{"audit_by_action", {{"action", 1}, {"_id", 1}}};
  const mongo::Index audit_by_person{"audit_by_person", {{"realm", 1}, {"person_id", 1}, {"sequence", 1}}};
  const mongo::Index role_by_realm{"role_by_realm", {{"realm", 1}, {"client", 1}, {"name", 1}}};
  auto created = session.create_index(kPersonCollection, by_username, Uniqueness::unique);
  if (created) created = session.create_index(kPersonCollection, by_email, Uniqueness::unique);
  if (created) created = session.create_index(kPersonCollection, by_index_version, Uniqueness::any);
  if (created) created = session.create_index(kAuditCollection, audit_by_action, Uniqueness::any);
  if (created) created = session.create_index(kAuditCollection, audit_by_person, Uniqueness::any);
  if (created) created = session.create_index(kRoleCollection, role_by_realm, Uniqueness::unique);
  return created;
}

Result<void> finish_all_erasing(mongo::Session& session) {
  const mongo::Page page{.sort = {{"_id", 1}}, .limit = kTombstonesAtATime};
  const auto tombstones = session.find(kPersonCollection, {{"realm", ""}}, page);
  if (!tombstones) return fail(tombstones);
  for (const mongo::Document& document : *tombstones) {
    const auto tombstone = person_of(document);
    if (!tombstone) return fail(tombstone);
    if (const auto finished = finish_erasing(session, *tombstone); !finished) return finished;
  }
  return {};
}

}  // namespace

Result<void> prepare_mongo(mongo::Session& session) {
  auto prepared = look_at_server(session);
  if (prepared) prepared = check_version(session);
  if (prepared) prepared = create_indexes(session);
  if (prepared) prepared = finish_all_erasing(session);
  return prepared;
}

Result<void> expect_prepared(mongo::Session& session) {
  const auto stored = stored_version(session);
  if (!stored) return fail(stored);
  if (!*stored) return refuse(ErrorKind::not_found, "no_such_store", "the database has no people");
  if (**stored != kSchemaVersion) return other_schema(**stored);
  return {};
}

Result<void> keep_in_trail(mongo::Session& session, const PersonKey& key, const TrailEntry& entry) {
  const auto kept = session.insert(kAuditCollection, document_of(key, entry));
  if (!kept && kept.error().reason != "unique_violation") return fail(kept);
  return {};
}

Result<void> finish_erasing(mongo::Session& session, const StoredPerson& tombstone) {
  const std::string id = document_id(tombstone.row.realm, tombstone.row.id);
  if (const auto kept = keep_in_trail(session, tombstone.key(), tombstone.latest); !kept) return kept;
  const auto forgotten = session.remove(kAttemptCollection, {{"_id", id}});
  if (!forgotten) return fail(forgotten);
  const auto removed = session.remove(kPersonCollection, {{"_id", id}, {"realm", ""}});
  if (!removed) return fail(removed);
  return {};
}

}  // namespace gatehouse::auth
