// The feed of events in PostgreSQL. Transactions commit in another order than they take numbers from a
// sequence, and who reads "everything after 7" would miss a 6 that is committed later. So an event gets its
// position after its commit: whoever reads the feed first numbers what is new, under a lock, in the order in
// which the events were written; events of one order or one product were written under its row's lock.
#pragma once

#include "storage/postgres/database.hpp"

namespace gatehouse::orders {

namespace postgres = storage::postgres;

// Told when events were numbered: who follows the feed in another process looks at once.
inline constexpr std::string_view kFeedChannel = "orders_feed";

// The rows of a batch of one statement that reads the feed, or its end in table feed, with every event
// numbered that was committed before the call.
[[nodiscard]] Awaitable<Result<postgres::Rows>> read_feed(postgres::Database& database,
                                                          postgres::Batch batch);

}  // namespace gatehouse::orders
