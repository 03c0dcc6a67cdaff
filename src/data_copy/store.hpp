// One side of a copy: the store of a service, open, on the engine that its settings name.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data_copy/collection.hpp"
#include "runtime/blocking_pool.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::data_copy {

// A source is neither created nor brought to another schema nor written; a destination is.
enum class Use { source, destination };

struct Place {
  std::string engine;              // "postgres"
  std::vector<std::string> names;  // "db1:5432/orders": one per server
  std::string shown;               // for people

  // Whether they share a server and a database: what is copied would be the copy.
  [[nodiscard]] bool is_same_as(const Place& other) const {
    const auto is_theirs = [&other](const std::string& name) {
      return std::ranges::find(other.names, name) != other.names.end();
    };
    return engine == other.engine && std::ranges::any_of(names, is_theirs);
  }
};

struct Store {
  std::shared_ptr<void> engine;                          // what the collections work on
  std::vector<std::unique_ptr<Collection>> collections;  // in the order in which they are to be copied
  std::function<Awaitable<>()> close;                    // before it goes; empty: nothing is to be done
};

// What every store is opened with; it outlives them.
struct Surroundings {
  runtime::Executor executor;
  BlockingPool& pool;
  telemetry::Metrics& metrics;
};

}  // namespace gatehouse::data_copy
