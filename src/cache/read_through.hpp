// Reading through a cache: what is not there is loaded once for all who ask, and a hot entry is loaded again
// a little before it ends, by one caller, while the others still get it. Errors of the cache are bypassed;
// how many loads run at a time is limited, so that a dead cache does not kill the store.
//
//   auto load = [this, id] { return load_product(id); };           // -> Awaitable<Result<Loaded>>
//   auto product = co_await products_.get_or_load("product:" + id, 60s, std::move(load), deadline);
//
// Authorisation is never cached with a record: it is decided on the record, for each request.
#pragma once

#include <functional>
#include <string>

#include "cache/cache.hpp"
#include "cache/invalidation.hpp"
#include "core/clock.hpp"
#include "resilience/bulkhead.hpp"
#include "resilience/single_flight.hpp"
#include "runtime/deadline.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::cache {

// What the store said.
struct Loaded {
  std::optional<std::string> value;  // nothing: there is no such record
  std::int64_t version = 0;
};

struct ReadThroughLimits {
  double ttl_jitter = 0.1;     // plus or minus: entries that came together do not go together
  Millis negative_ttl{5'000};  // of "there is no such record"
  double early_refresh = 1;    // beta of XFetch: larger is earlier; 0 is never
  std::size_t loads_max = 256;
};

// XFetch (Vattani et al., "Optimal Probabilistic Cache Stampede Prevention"): with `left` of its life to go,
// an entry that took `load_took` is loaded again with probability exp(-left / (beta * load_took)).
[[nodiscard]] bool should_refresh(Millis left, Millis load_took, double beta, double random01);

class ReadThrough {
 public:
  using Random01 = std::function<double()>;

  // `name` becomes the label of cache_requests_total.
  ReadThrough(std::string name, Cache& cache, Invalidation& invalidation, const core::Clock& clock,
              Metrics& metrics, ReadThroughLimits limits = {});
  ReadThrough(std::string name, Cache& cache, Invalidation& invalidation, const core::Clock& clock,
              Metrics& metrics, ReadThroughLimits limits, Random01 random);

  template <class Load>
  [[nodiscard]] Awaitable<Result<Loaded>> get_or_load(std::string key, Millis ttl, Load load,
                                                      Deadline deadline);

  // After the store has committed `version` of the record: forgets older ones here and everywhere.
  // An error means that others may see the old one until its time is over.
  [[nodiscard]] Awaitable<Result<void>> changed(std::string key, std::int64_t version);

 private:
  enum class Verdict { use, refresh, load };
  [[nodiscard]] Awaitable<Verdict> look_up(std::string key, Loaded& found);
  [[nodiscard]] Awaitable<> keep(std::string key, Loaded loaded, Millis ttl, Millis took);
  [[nodiscard]] Millis jittered(Millis ttl);

  template <class Load>
  [[nodiscard]] Awaitable<Result<Loaded>> load_and_keep(std::string key, Millis ttl, Load& load);

  Cache& cache_;
  Invalidation& invalidation_;
  const core::Clock& clock_;
  const ReadThroughLimits limits_;
  const Random01 random_;
  resilience::SingleFlight<Loaded> flights_;
  resilience::Bulkhead loads_;
  Counter& hits_;
  Counter& misses_;
  Counter& refreshes_;
  Counter& errors_;
};

template <class Load>
Awaitable<Result<Loaded>> ReadThrough::get_or_load(std::string key, Millis ttl, Load load,
                                                   Deadline deadline) {
  Loaded found;
  const Verdict verdict = co_await look_up(key, found);
  if (verdict == Verdict::use) co_return found;
  auto fetch = [this, key, ttl, &load] { return load_and_keep(key, ttl, load); };
  Result<Loaded> loaded = co_await flights_.run(key, std::move(fetch), deadline);
  if (!loaded && verdict == Verdict::refresh) co_return found;  // still good for a while
  co_return loaded;
}

template <class Load>
Awaitable<Result<Loaded>> ReadThrough::load_and_keep(std::string key, Millis ttl, Load& load) {
  const auto place = loads_.enter();
  if (!place) co_return fail(place);
  const auto started = clock_.steady_now();
  Result<Loaded> loaded = co_await load();
  if (!loaded) co_return loaded;
  const auto took = std::chrono::ceil<Millis>(clock_.steady_now() - started);
  co_await keep(std::move(key), *loaded, ttl, took);
  co_return loaded;
}

}  // namespace gatehouse::cache
