// One request on its way through the gateway: what each room found out, for those behind it. Belongs to the
// connection's http::Exchange and lives until finish().
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gateway/plugin.hpp"
#include "gateway/snapshot.hpp"
#include "http/exchange.hpp"
#include "runtime/pooled.hpp"

namespace gatehouse::gateway {

struct Endpoint;

// The plugin instances of one worker for one snapshot, made when a request first needs them.
class LiveConfiguration {
 public:
  LiveConfiguration(std::shared_ptr<const Snapshot> snapshot, const PluginContext& context)
      : snapshot_(std::move(snapshot)), context_(context), plugins_(snapshot_->plugins().size()) {}

  [[nodiscard]] const Snapshot& snapshot() const { return *snapshot_; }
  [[nodiscard]] Plugin& plugin(std::uint32_t slot);

 private:
  std::shared_ptr<const Snapshot> snapshot_;
  const PluginContext& context_;
  std::vector<std::unique_ptr<Plugin>> plugins_;
};

// Who the authentication plugins found. At most one of consumer and subject is set.
struct Identity {
  const Consumer* consumer = nullptr;
  std::string_view credential;              // its key
  std::string_view subject;                 // of a token of the platform's own auth server
  std::shared_ptr<const void> keeps_alive;  // what the views look at
  bool is_anonymous = false;

  [[nodiscard]] bool is_known() const { return consumer != nullptr || !subject.empty(); }
};

struct Exchange final : http::Attachment, runtime::Pooled {
  Exchange(http::Exchange& http_, std::shared_ptr<LiveConfiguration> live_, const core::Clock& clock);

  // Wall-clock time, asked for once.
  [[nodiscard]] core::SystemTime now();
  [[nodiscard]] const Snapshot& snapshot() const { return live->snapshot(); }
  [[nodiscard]] std::string_view request_id() const { return {id_.data(), id_.size()}; }
  [[nodiscard]] const std::vector<ChainLink>& chain() const {
    return route ? route->chain : snapshot().global_chain();
  }
  // The address that counts as the client's.
  [[nodiscard]] std::string_view client_address() const { return http.peer.address; }

  // What a plugin keeps from on_request to on_response: made at the first call, zero-initialised.
  template <class T>
  [[nodiscard]] T& note(const Plugin& owner);
  template <class T>
  [[nodiscard]] const T* find_note(const Plugin& owner) const;

  // Puts a plugin's own body before the one that is there (and that it reads from).
  void read_body_through(std::unique_ptr<http::Body> body);

  http::Exchange& http;
  std::shared_ptr<LiveConfiguration> live;
  std::string target;      // as the client sent it; http.request.target becomes the upstream's
  std::string_view path;   // normalised
  std::string_view query;  // not decoded
  bool has_query = false;
  std::size_t matched = 0;       // bytes of `path` that the route's own path covered
  const Route* route = nullptr;  // null: none takes it
  Identity identity;

  // Filled by upstream/.
  bool is_proxied = false;                   // the answer came from the upstream
  std::shared_ptr<const Endpoint> endpoint;  // the last one asked
  int tries = 0;
  TraceContext upstream_trace;       // what it was sent
  core::SteadyTime sent_upstream{};  // when we began to ask it
  core::SteadyTime answered_upstream{};
  std::string_view failure;    // the reason of an error of ours; empty if there was none
  std::string failure_detail;  // for the log

 private:
  struct Note {
    const Plugin* owner;
    void* value;
  };
  const core::Clock& clock_;
  std::optional<core::SystemTime> now_;
  std::array<char, 32> id_;
  std::string path_storage_;
  std::array<std::byte, 256> arena_bytes_;
  std::pmr::monotonic_buffer_resource arena_{arena_bytes_.data(), arena_bytes_.size()};
  std::pmr::vector<Note> notes_{&arena_};
  std::vector<std::unique_ptr<http::Body>> bodies_;

  friend Result<void> read_target(Exchange&);
};

// Fills target, path and query from the request. ErrorKind::invalid/"malformed_path".
[[nodiscard]] Result<void> read_target(Exchange& exchange);

template <class T>
const T* Exchange::find_note(const Plugin& owner) const {
  for (const auto& note : notes_) {
    if (note.owner == &owner) return static_cast<const T*>(note.value);
  }
  return nullptr;
}

template <class T>
T& Exchange::note(const Plugin& owner) {
  static_assert(std::is_trivially_destructible_v<T>, "notes are dropped, not destroyed");
  if (const T* found = find_note<T>(owner)) return *const_cast<T*>(found);
  T* made = std::pmr::polymorphic_allocator<>(&arena_).new_object<T>();
  notes_.push_back({.owner = &owner, .value = made});
  return *made;
}

}  // namespace gatehouse::gateway
