// The configuration in force, shared by all workers. A change is compiled first; if that succeeds, every
// request that begins after publish() has returned sees it. Nobody waits and nothing is restarted.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>

#include "gateway/snapshot.hpp"
#include "gateway/store/entities.hpp"

namespace gatehouse::gateway {

class Configuration final : public store::ConfigurationListener {
 public:
  explicit Configuration(std::span<const PluginKind> kinds) : kinds_(kinds) {}

  [[nodiscard]] Result<store::PutIntoForce> prepare(std::shared_ptr<const store::Entities> entities) override;

  struct Published {
    std::uint64_t version = 0;
    std::shared_ptr<const Snapshot> snapshot;
  };
  // Cheap enough to ask for every request; current() is for when it has changed.
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  [[nodiscard]] Published current() const;

  // Whether there ever was one: until then nothing is known of any route.
  [[nodiscard]] bool is_known() const { return is_known_.load(std::memory_order_acquire); }

  // Makes the workers take the same configuration again.
  void touch() { version_.fetch_add(1, std::memory_order_release); }

  // Called after a change is in force, on the thread that published it.
  void on_change(std::function<void(const Snapshot&)> changed) { changed_ = std::move(changed); }

 private:
  void put_into_force(std::shared_ptr<const Snapshot> snapshot);

  std::span<const PluginKind> kinds_;
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> version_{1};
  std::atomic<bool> is_known_{false};
  std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<const Snapshot>();
  std::function<void(const Snapshot&)> changed_;
};

}  // namespace gatehouse::gateway
