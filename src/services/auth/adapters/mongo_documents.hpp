// How people and their audit trail lie in MongoDB.
//
// A person is one document, and carries the latest event of its trail: a change and what is written down of
// it are one write. The collection `audit` has all events; whoever writes over a person's latest event puts
// it there before, so none is ever lost, whenever a process ends. Putting it there twice does nothing: its id
// is its key.
//
// `email_key` is the blind index of the address. While its key is rotated it is an array: the address under
// every version. Its unique index looks into arrays, so an address that somebody has under one version is
// taken for all who know that version, whichever they write with first.
//
// What is erased leaves a tombstone that carries the last event until that one is in `audit`. It lies in the
// realm "", where nobody looks for people.
#pragma once

#include "services/auth/adapters/person_row.hpp"
#include "services/auth/ports/person_store.hpp"
#include "storage/mongo/document.hpp"

namespace gatehouse::auth {

inline constexpr std::string_view kPersonCollection = "person";
inline constexpr std::string_view kAuditCollection = "audit";
inline constexpr std::string_view kRoleCollection = "role";
inline constexpr std::string_view kAttemptCollection = "attempt";

// An event with its place in the trail of one person. Places only rise, also where clocks differ: they are
// microseconds, or one more than the place before.
struct TrailEntry {
  std::string id;
  std::int64_t sequence = 0;
  core::SystemTime at{};
  AuditEvent event;

  [[nodiscard]] static TrailEntry first(AuditEvent event, core::SystemTime now);
  [[nodiscard]] TrailEntry next(AuditEvent event, core::SystemTime now) const;
};

struct StoredPerson {
  PersonRow row;  // of a tombstone: only whose it is
  TrailEntry latest;
  std::int64_t revision = 1;  // counts writes: what an update must find to be allowed
  bool is_erased = false;

  [[nodiscard]] PersonKey key() const { return {row.realm, row.id}; }
};

// The _id of a person.
[[nodiscard]] std::string document_id(std::string_view realm, std::string_view id);

[[nodiscard]] storage::mongo::Document document_of(const StoredPerson&);
[[nodiscard]] Result<StoredPerson> person_of(const storage::mongo::Document&);

// The filter of those who hold the name or the address of a person.
[[nodiscard]] storage::mongo::Document rivals_of(const storage::mongo::Document& person);

[[nodiscard]] storage::mongo::Document document_of(const PersonKey&, const TrailEntry&);
[[nodiscard]] Result<TrailEntry> trail_entry_of(const storage::mongo::Document&);

}  // namespace gatehouse::auth
