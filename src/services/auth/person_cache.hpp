// The cache in front of the people: in the worker's memory alone, or with a Redis behind it that all
// instances share and that tells them of one another's changes.
#pragma once

#include <memory>

#include "cache/cache_stack.hpp"
#include "cache/read_through.hpp"
#include "service/service.hpp"
#include "services/auth/settings.hpp"

namespace gatehouse::auth {

class PersonCache {
 public:
  // The service stops it. Throws service::StartError for TLS files that cannot be used.
  PersonCache(service::Service& service, const PersonCacheSettings& settings);

  [[nodiscard]] cache::ReadThrough& read_through() { return read_through_; }

 private:
  std::unique_ptr<cache::CacheStack> stack_;
  cache::ReadThrough read_through_;
};

}  // namespace gatehouse::auth
