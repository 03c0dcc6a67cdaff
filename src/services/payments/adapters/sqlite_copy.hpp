// Payments in SQLite as they are copied between engines, in the order in which they were opened: each with
// its attempts, refunds, ledger, outbox and the requests that it remembers.
#pragma once

#include <memory>

#include "crypto/envelope.hpp"
#include "data_copy/collection.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::payments {

// `database` outlives it.
[[nodiscard]] std::unique_ptr<data_copy::Collection> collection_of(storage::sqlite::AsyncDatabase& database,
                                                                   crypto::Envelope envelope);

}  // namespace gatehouse::payments
