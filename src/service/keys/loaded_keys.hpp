// The key ring of a role for a command, which works on its data while the role may or may not run: loaded
// once.
#pragma once

#include "crypto/envelope.hpp"
#include "runtime/blocking_pool.hpp"
#include "service/config.hpp"

namespace gatehouse::service {

// The ring that config.settings["field_keys"] names. Errors: as of its provider.
[[nodiscard]] Awaitable<Result<crypto::Envelope>> load_envelope(const Config& config, BlockingPool& pool);

// The ring of secrets/blind_index.key.
[[nodiscard]] Awaitable<Result<crypto::BlindIndex>> load_index(const Config& config);

}  // namespace gatehouse::service
