// The configuration that a request sees: everything of the Admin API compiled into what serving needs.
// Immutable, built once per change, shared by all workers; a request keeps the snapshot it began with.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "crypto/jwk.hpp"
#include "crypto/x509.hpp"
#include "gateway/plugin.hpp"
#include "gateway/route_table.hpp"
#include "gateway/store/entities.hpp"
#include "gateway/uri.hpp"

namespace gatehouse::gateway {

enum class Verify : std::uint8_t { by_default, yes, no };

struct Service {
  std::string id;
  std::string name;  // what logs and metrics call it: the name, or the id if it has none
  bool is_tls = false;
  std::string host;
  std::uint16_t port = 80;
  std::string path;         // empty: "/"
  std::string pool_key;     // equal for services that may share addresses and their records
  std::string host_header;  // host, and the port unless it is the scheme's own
  int retries = 5;          // further tries after a failed connect
  std::chrono::milliseconds connect_timeout{60'000};
  std::chrono::milliseconds write_timeout{60'000};
  std::chrono::milliseconds read_timeout{60'000};
  Verify verify = Verify::by_default;
};

// Weighted addresses behind one name: an entity "upstream" with its "targets".
struct WeightedTarget {
  std::string id;
  std::string host;
  std::uint16_t port = 0;
  unsigned weight = 100;
};

struct Consumer {
  std::string id;
  std::string username;
  std::string custom_id;
};

enum class ConsumerName : std::uint8_t { username, custom_id };

struct JwtCredential {
  std::string id;
  std::string key;
  const Consumer* consumer = nullptr;
  crypto::Algorithm algorithm = crypto::Algorithm::hs256;
  bool is_algorithm_known = false;                          // false: one of Kong's that we do not verify
  std::optional<crypto::VerifyKey> verify_key;              // nothing: the key or secret is unusable
  std::optional<crypto::VerifyKey> verify_key_from_base64;  // for plugins that say secret_is_base64
};

// One configured plugin. Its instances live on the workers.
struct PluginSlot {
  PluginScope scope;
  std::string name;
  int priority = 0;
  PluginMaker make;
};

// The place of one plugin in a route's chain.
struct ChainLink {
  static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);
  std::uint32_t slot = kNone;       // for any consumer; kNone: only some consumers have it
  int specificity = 0;              // of `slot`
  std::uint32_t overrides = kNone;  // index into Snapshot's tables of consumer-scoped plugins
};

enum class WireProtocol : std::uint8_t { http, grpc };

struct Route {
  std::uint32_t index = 0;
  std::string id;
  std::string name;  // the name, or the id if it has none
  const Service* service = nullptr;
  WireProtocol protocol = WireProtocol::http;
  bool allows_clear_text = true;
  unsigned https_redirect_status = 426;
  Strip strip = Strip::yes;
  bool preserves_host = false;
  std::vector<ChainLink> chain;  // strongest priority first
};

class Snapshot {
 public:
  // ErrorKind::invalid with what cannot be served in the detail.
  static Result<std::shared_ptr<const Snapshot>> build(const store::Entities& entities,
                                                       std::span<const PluginKind> kinds);
  Snapshot();  // takes nothing in
  Snapshot(const Snapshot&) = delete;
  ~Snapshot();

  [[nodiscard]] std::optional<RouteHit> match(const RouteQuery& query) const {
    return routes_by_rule_.match(query);
  }
  [[nodiscard]] const Route& route(std::uint32_t rule) const { return routes_[rule]; }
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }
  [[nodiscard]] const std::vector<Service>& services() const { return services_; }
  // What runs for a request that no route takes: the plugins that are bound to nothing.
  [[nodiscard]] const std::vector<ChainLink>& global_chain() const { return global_chain_; }
  [[nodiscard]] const std::vector<PluginSlot>& plugins() const { return plugins_; }

  // The slot that serves this link, ChainLink::kNone if none does. Consumer null: nobody is authenticated.
  [[nodiscard]] std::uint32_t choose(const ChainLink& link, const Route* route,
                                     const Consumer* consumer) const;

  [[nodiscard]] const Consumer* consumer(std::string_view id) const;
  [[nodiscard]] const Consumer* consumer_named(std::string_view name, ConsumerName kind) const;
  [[nodiscard]] bool has_consumers() const { return !consumers_.empty(); }
  [[nodiscard]] const JwtCredential* jwt_credential(std::string_view key) const;
  [[nodiscard]] const crypto::Certificate* ca_certificate(std::string_view id) const;
  // Null if no upstream has this name.
  [[nodiscard]] const std::vector<WeightedTarget>* upstream(std::string_view name) const;

 private:
  friend class SnapshotBuilder;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class T>
  using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

  struct Override {
    const Route* route = nullptr;  // null: any
    const Service* service = nullptr;
    int specificity = 0;
    std::uint32_t slot = 0;
  };
  using Overrides = ByText<std::vector<Override>>;  // by consumer id

  RouteTable routes_by_rule_;
  std::vector<Service> services_;
  std::vector<Route> routes_;
  std::vector<ChainLink> global_chain_;
  std::vector<PluginSlot> plugins_;
  std::vector<Overrides> overrides_;  // one per plugin name
  ByText<Consumer> consumers_;
  ByText<const Consumer*> consumers_by_username_;
  ByText<const Consumer*> consumers_by_custom_id_;
  ByText<JwtCredential> jwt_credentials_;
  ByText<crypto::Certificate> ca_certificates_;
  ByText<std::vector<WeightedTarget>> upstreams_;
};

}  // namespace gatehouse::gateway
