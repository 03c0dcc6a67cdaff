// Erasures are remembered twice, as tombstones among the keys of people and in the audit trail, because a
// restored copy of either may be the older one. Here the one repeats what only the other knows.
#pragma once

#include "crypto/subject_keys.hpp"
#include "storage/mongo/client.hpp"

namespace gatehouse::auth {

// Destroys keys that an older copy of the keys brought back, and removes people that an older copy of the
// people brought back, who are nobody already. Page by page; may be repeated, and by several at a time.
[[nodiscard]] Awaitable<Result<void>> replay_erasures(storage::mongo::Client& client,
                                                      const crypto::SubjectKeys& keys);

}  // namespace gatehouse::auth
