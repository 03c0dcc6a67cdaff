#include "services/auth/adapters/mongo_roles_attempts.hpp"

#include <fmt/format.h>

#include "services/auth/adapters/mongo_documents.hpp"

namespace gatehouse::auth {

namespace mongo = storage::mongo;

namespace {

constexpr std::size_t kRolesMax = 10'000;
constexpr int kTriesMax = 32;

Result<Role> role_of(const mongo::Document& document) {
  mongo::Reading reading{document};
  Role role{.name = reading.text("name"),
            .client = reading.text("client"),
            .description = reading.text("description")};
  if (const auto read = reading.finish(); !read) return fail(read);
  return role;
}

Result<std::vector<Role>> list_roles(mongo::Session& session, std::string_view realm) {
  const mongo::Page in_order{.sort = {{"realm", 1}, {"client", 1}, {"name", 1}}, .limit = kRolesMax};
  const auto documents = session.find(kRoleCollection, {{"realm", realm}}, in_order);
  if (!documents) return fail(documents);
  std::vector<Role> roles;
  for (const mongo::Document& document : *documents) {
    auto role = role_of(document);
    if (!role) return fail(role);
    roles.push_back(std::move(*role));
  }
  return roles;
}

Result<std::size_t> insert_new(mongo::Session& session, std::string_view realm,
                               const std::vector<Role>& roles) {
  std::size_t added = 0;
  for (const Role& role : roles) {
    const auto inserted =
        session.insert(kRoleCollection, {{"_id", fmt::format("{}\n{}\n{}", realm, role.client, role.name)},
                                         {"realm", realm},
                                         {"client", role.client},
                                         {"name", role.name},
                                         {"description", role.description}});
    if (!inserted && inserted.error().reason != "unique_violation") return fail(inserted);
    if (inserted) ++added;
  }
  return added;
}

struct StoredRecord {
  FailureRecord record;
  std::int64_t revision = 0;  // 0: not stored yet
};

mongo::Document document_of(const AttemptKey& key, const StoredRecord& stored) {
  return {{"_id", document_id(key.realm, key.account)},
          {"failures", stored.record.failures},
          {"last_failure", core::unix_micros(stored.record.last_failure)},
          {"locked_until", core::unix_micros(stored.record.locked_until)},
          {"revision", stored.revision}};
}

Result<StoredRecord> read_attempts(mongo::Session& session, const AttemptKey& key) {
  const auto document = session.find_one(kAttemptCollection, {{"_id", document_id(key.realm, key.account)}});
  if (!document) return fail(document);
  if (!*document) return StoredRecord{};
  mongo::Reading reading{**document};
  const StoredRecord stored{
      .record = {.failures = static_cast<int>(reading.integer("failures")),
                 .last_failure = core::from_unix_micros(reading.integer("last_failure")),
                 .locked_until = core::from_unix_micros(reading.integer("locked_until"))},
      .revision = reading.integer("revision")};
  if (const auto read = reading.finish(); !read) return fail(read);
  return stored;
}

// False: somebody else was faster.
Result<bool> write_over(mongo::Session& session, const AttemptKey& key, const StoredRecord& before,
                        const StoredRecord& after) {
  if (before.revision > 0) {
    const std::string id = document_id(key.realm, key.account);
    return session.replace(kAttemptCollection, {{"_id", id}, {"revision", before.revision}},
                           document_of(key, after));
  }
  const auto inserted = session.insert(kAttemptCollection, document_of(key, after));
  if (!inserted && inserted.error().reason != "unique_violation") return fail(inserted);
  return inserted.has_value();
}

Result<FailureRecord> change_attempts(mongo::Session& session, const AttemptKey& key,
                                      const RecordChange& change) {
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const auto before = read_attempts(session, key);
    if (!before) return fail(before);
    StoredRecord after{.record = before->record, .revision = before->revision + 1};
    change(after.record);
    const auto written = write_over(session, key, *before, after);
    if (!written) return fail(written);
    if (*written) return before->record;
  }
  Error error(ErrorKind::unavailable, "attempts_contended", "others were faster too often");
  error.safe_to_retry = true;
  return std::unexpected<Error>(std::move(error));
}

}  // namespace

Awaitable<Result<std::vector<Role>>> MongoRoles::list(std::string realm) {
  auto work = [realm](mongo::Session& session) { return list_roles(session, realm); };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<std::size_t>> MongoRoles::add(std::string realm, std::vector<Role> roles) {
  auto work = [realm, roles](mongo::Session& session) { return insert_new(session, realm, roles); };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<FailureRecord>> MongoAttempts::find(AttemptKey key) {
  auto work = [key](mongo::Session& session) -> Result<FailureRecord> {
    const auto stored = read_attempts(session, key);
    if (!stored) return fail(stored);
    return stored->record;
  };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<FailureRecord>> MongoAttempts::update(AttemptKey key, RecordChange change) {
  auto work = [key, change](mongo::Session& session) { return change_attempts(session, key, change); };
  co_return co_await client_.run(std::move(work));
}

}  // namespace gatehouse::auth
