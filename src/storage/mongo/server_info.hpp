// Who answers: for the log at start and for whoever checks an installation.
#pragma once

#include <string>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "storage/mongo/session.hpp"

namespace gatehouse::storage::mongo {

struct ServerInfo {
  std::string version;          // "7.0.14"; FerretDB names the version that it takes after
  bool is_ferretdb = false;     // an update there may not be atomic: docs/decisions/0012-mongodb.md
  bool takes_writes = false;    // a primary, or a single server
  core::SystemTime its_time{};  // to the millisecond
};

[[nodiscard]] Result<ServerInfo> server_info(Session& session);

}  // namespace gatehouse::storage::mongo
