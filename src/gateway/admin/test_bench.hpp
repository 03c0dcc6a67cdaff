// For tests: the Admin API over a fresh store, without sockets; the real plugins, a proxy that only
// remembers.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "crypto/envelope.hpp"
#include "gateway/admin/admin_api.hpp"
#include "gateway/plugins/catalog.hpp"
#include "gateway/store/seed.hpp"
#include "gateway/store/sqlite_entity_rows.hpp"
#include "storage/sqlite/test_file.hpp"

namespace gatehouse::gateway::admin {

class RememberingProxy final : public ProxyView {
 public:
  [[nodiscard]] ConnectionCounts connections() const override {
    return {.accepted = 7, .active = 1, .requests = 9};
  }
  [[nodiscard]] std::string metrics() const override { return "kong_up 1\n"; }
  [[nodiscard]] TargetHealth health_of(std::string_view target_id) const override {
    const auto found = health_.find(target_id);
    return found == health_.end() ? TargetHealth::healthy : found->second;
  }
  void set_health(std::string_view target_id, TargetHealth health) override {
    health_.insert_or_assign(std::string(target_id), health);
  }

 private:
  std::map<std::string, TargetHealth, std::less<>> health_;
};

// Takes every configuration but those with a route named "unservable".
class PickyListener final : public store::ConfigurationListener {
 public:
  [[nodiscard]] Result<store::PutIntoForce> prepare(
      std::shared_ptr<const store::Entities> entities) override {
    if (entities->of("routes").find_unique("name", "unservable") != nullptr) {
      return refuse(ErrorKind::invalid, "bad_route", "paths.1: missing closing ]");
    }
    return [this, entities] {
      in_force = entities;
      ++published;
    };
  }
  std::shared_ptr<const store::Entities> in_force;
  int published = 0;
};

struct Reply {
  unsigned status = 0;
  json::value body;
  Answer answer;

  [[nodiscard]] std::string message() const { return std::string(body.at("message").as_string()); }
  [[nodiscard]] std::string id() const { return std::string(body.at("id").as_string()); }
};

class TestBench {
 public:
  TestBench() : TestBench(crypto::KeyRing::fresh_json()) {}

  // "GET /services?size=1"
  Reply get(std::string_view target) { return send("GET", target, "", ""); }
  Reply form(std::string_view method, std::string_view target, std::string body) {
    return send(method, target, "application/x-www-form-urlencoded", std::move(body));
  }
  Reply json(std::string_view method, std::string_view target, std::string body) {
    return send(method, target, "application/json", std::move(body));
  }
  Reply remove(std::string_view target) { return send("DELETE", target, "", ""); }

  Reply send(std::string_view method, std::string_view target, std::string_view type, std::string body) {
    const std::size_t question = target.find('?');
    Call call{.method = std::string(method),
              .path = std::string(target.substr(0, question)),
              .body = std::move(body)};
    if (question != std::string_view::npos) call.query = target.substr(question + 1);
    if (!type.empty()) call.content_types.emplace_back(type);
    Answer answer = endpoints.answer(call);
    json::value shown = answer.body.value_or(json::value());
    return {.status = answer.status, .body = std::move(shown), .answer = std::move(answer)};
  }

  [[nodiscard]] crypto::KeyRing ring() const { return crypto::KeyRing::from_json(ring_).value(); }
  [[nodiscard]] std::unique_ptr<store::Store> open_again() const { return open_again(ring()); }
  [[nodiscard]] std::unique_ptr<store::Store> open_again(const crypto::KeyRing& ring) const {
    crypto::Envelope envelope(std::make_shared<const crypto::KeyRing>(ring));
    auto rows = store::SqliteEntityRows::open(file.open()).value();
    auto opened = std::make_unique<store::Store>(std::move(rows), types, std::move(envelope));
    (void)opened->refresh().value();
    return opened;
  }

  storage::sqlite::TestFile file;
  store::EntityTypes types{plugins::plugin_types()};

 private:
  explicit TestBench(std::string ring) : ring_(std::move(ring)) { (void)store_->attach(listener); }
  std::string ring_;
  std::unique_ptr<store::Store> store_ = open_again();

 public:
  store::Store& store = *store_;
  PickyListener listener;
  RememberingProxy proxy;
  core::ManualClock clock;
  Endpoints endpoints{store,
                      proxy,
                      clock,
                      {.node_id = "6e9a2a4c-7f0a-4c0e-9f4e-3f6f0e2d7c11",
                       .hostname = "gate",
                       .configuration = {{"database", "sqlite"}, {"pg_password", "******"}}}};
};

}  // namespace gatehouse::gateway::admin
