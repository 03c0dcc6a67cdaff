// An entity as it lies on disk: JSON, with private keys, credential secrets and passwords encrypted under a
// data key of their own (see crypto/envelope). The schema says which fields those are.
#pragma once

#include <optional>
#include <string>

#include <boost/json.hpp>

#include "core/result.hpp"
#include "crypto/envelope.hpp"
#include "gateway/store/entity_types.hpp"
#include "storage/sqlite/wrapped_rows.hpp"

namespace gatehouse::gateway::store {

struct SealedRow {
  std::string body;                        // JSON; a secret is {"sealed":"<base64>"}
  std::optional<std::string> wrapped_key;  // nothing: no field is secret
};

// The wrapped keys of the entities ("<type>/<id>") and the place that each is bound to, for rotation.
inline const storage::WrappedTable kWrappedEntityKeys{"entities", "type || '/' || id", "wrapped_key"};
inline const storage::WrappedTable kWrappedEntityKeysOnPostgres{"gateway_entities", kWrappedEntityKeys.id,
                                                                kWrappedEntityKeys.wrapped};
[[nodiscard]] crypto::RecordName name_of_entity_key(const std::string& type_and_id);

class RowCipher {
 public:
  RowCipher(const EntityTypes& types, crypto::Envelope envelope)
      : types_(types), envelope_(std::move(envelope)) {}

  [[nodiscard]] Result<SealedRow> seal(const EntityType& type, json::object entity) const;
  [[nodiscard]] Result<json::object> open(const EntityType& type, std::string_view id,
                                          const SealedRow& row) const;

 private:
  const EntityTypes& types_;
  crypto::Envelope envelope_;
};

}  // namespace gatehouse::gateway::store
