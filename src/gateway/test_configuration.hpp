// For tests: builds a configuration entity by entity, as the Admin API would store it.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "core/ids.hpp"
#include "gateway/plugins/catalog.hpp"
#include "gateway/snapshot.hpp"
#include "gateway/store/draft.hpp"

namespace gatehouse::gateway {

class TestConfiguration {
 public:
  // Gives the id. Fields that are left out get their defaults; what a schema refuses is a bug of the test.
  std::string add(std::string_view type_name, json::object entity) {
    const store::EntityType& type = types_.at(type_name);
    json::object violations;
    const auto* schema = types_.schema_of(type, entity, violations);
    if (schema != nullptr) {
      schema::fill_automatic(*schema, entity, core::SystemClock{}.now());
      schema::fill_defaults(*schema, entity);
      violations = schema::validate(*schema, entity);
    }
    if (!violations.empty()) throw std::logic_error(json::serialize(violations));
    const std::string id(store::id_of(entity));
    if (!draft_.put(type, std::move(entity))) throw std::logic_error("refused: " + id);
    return id;
  }

  std::string service(std::string_view host, std::uint16_t port, json::object more = {}) {
    more["host"] = host;
    more["port"] = port;
    return add("services", std::move(more));
  }
  std::string route(const std::string& service_id, std::string_view path, json::object more = {}) {
    more["paths"] = json::array{path};
    more["service"] = json::object{{"id", service_id}};
    return add("routes", std::move(more));
  }
  std::string plugin(std::string_view name, json::object config, json::object scope = {}) {
    scope["name"] = name;
    scope["config"] = std::move(config);
    return add("plugins", std::move(scope));
  }
  static json::object to(std::string_view kind, const std::string& id) {
    return {{kind, json::object{{"id", id}}}};
  }

  [[nodiscard]] std::shared_ptr<const store::Entities> entities() const {
    return std::make_shared<const store::Entities>(draft_.entities());
  }
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const {
    auto built = Snapshot::build(draft_.entities(), plugins::catalog());
    if (!built) throw std::logic_error(built.error().detail);
    return *built;
  }

 private:
  store::EntityTypes types_{plugins::plugin_types()};
  store::Draft draft_{types_, store::Entities{}};
};

}  // namespace gatehouse::gateway
