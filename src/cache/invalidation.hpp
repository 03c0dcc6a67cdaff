// Tells the caches of other workers and processes that a record has changed. Messages may be lost: caches
// bound what they keep by time as well.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"

namespace gatehouse::cache {

// A record has changed; an empty key means that anything may have (messages were missed).
struct Change {
  std::string key;
  std::optional<std::int64_t> version = {};  // it is at now; nothing: not known
  [[nodiscard]] bool is_everything() const { return key.empty(); }
};

class Invalidation {
 public:
  using Listener = std::function<void(const Change&)>;
  virtual ~Invalidation() = default;

  // Called on this worker, also for its own changes, as long as this object lives.
  virtual void subscribe(Listener listener) = 0;
  // Changes are heard at the moment: without this, what was copied must not be believed.
  [[nodiscard]] virtual bool is_listening() const = 0;
  // After the store has committed.
  [[nodiscard]] virtual Awaitable<Result<void>> publish(std::string key, std::int64_t version) = 0;
};

// Joins the workers of one process. Thread-safe.
class InvalidationHub {
 public:
  InvalidationHub();
  ~InvalidationHub();

 private:
  friend class LocalInvalidation;
  struct State;
  std::shared_ptr<State> state_;
};

// One worker's end of a hub: enough where one process is all there is.
class LocalInvalidation final : public Invalidation {
 public:
  LocalInvalidation(InvalidationHub& hub, runtime::Executor executor);
  void subscribe(Listener listener) override;
  Awaitable<Result<void>> publish(std::string key, std::int64_t version) override;
  [[nodiscard]] bool is_listening() const override { return true; }

 private:
  using Listeners = std::vector<Listener>;
  friend class InvalidationHub;
  std::shared_ptr<InvalidationHub::State> hub_;
  std::shared_ptr<Listeners> listeners_ = std::make_shared<Listeners>();
};

}  // namespace gatehouse::cache
