// A person as one sealed text, for a cache that others may read: the whole record under a data key of its
// own.
#pragma once

#include <string>

#include "core/result.hpp"
#include "crypto/envelope.hpp"
#include "services/auth/domain/person.hpp"

namespace gatehouse::auth {

class CacheSealer {
 public:
  explicit CacheSealer(crypto::Envelope envelope) : envelope_(std::move(envelope)) {}

  [[nodiscard]] Result<std::string> seal(const Person&) const;
  // `broken_cache_entry` (internal) for anything that seal() did not make for this very person.
  [[nodiscard]] Result<Person> open(std::string_view realm, std::string_view id,
                                    std::string_view sealed) const;

 private:
  crypto::Envelope envelope_;
};

}  // namespace gatehouse::auth
