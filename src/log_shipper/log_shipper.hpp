// The log-shipper role: sends the log files of this machine to Elasticsearch. It knows no other role,
// announces itself nowhere, and answers only /health and /metrics.
#pragma once

#include "log_shipper/settings.hpp"
#include "service/config.hpp"

namespace gatehouse::log_shipper {

[[nodiscard]] Result<Settings> settings_of(const service::Config& config);

// Until SIGTERM; the exit code. Throws service::StartError with one clear line.
int run(const service::Config& config);

}  // namespace gatehouse::log_shipper
