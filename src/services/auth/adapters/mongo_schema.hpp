// The collections of the auth service in MongoDB: made at start, by whichever instance comes first.
#pragma once

#include "core/result.hpp"
#include "services/auth/adapters/mongo_documents.hpp"
#include "storage/mongo/session.hpp"

namespace gatehouse::auth {

// Creates the indexes that are missing and finishes what an instance that was killed had begun to erase. May
// be repeated, and by several at a time. `newer_schema` (internal): a later version of this program has been
// at work here.
[[nodiscard]] Result<void> prepare_mongo(storage::mongo::Session& session);

// For those who only read: nothing is made. `no_such_store` (not_found), `newer_schema`, `older_schema`
// (internal).
[[nodiscard]] Result<void> expect_prepared(storage::mongo::Session& session);

// Puts an event into the trail; nothing happens if it is there already.
[[nodiscard]] Result<void> keep_in_trail(storage::mongo::Session& session, const PersonKey& key,
                                         const TrailEntry& entry);

// Of a person whose tombstone stands: the last event goes into the trail, the counted failures and the
// tombstone go.
[[nodiscard]] Result<void> finish_erasing(storage::mongo::Session& session, const StoredPerson& tombstone);

}  // namespace gatehouse::auth
