// How a role reaches its registry: address, certificates and token from its configuration.
#pragma once

#include <memory>

#include "discovery/client.hpp"
#include "service/config.hpp"

namespace gatehouse::service {

// The TLS of `discovery.consul.tls`, `platform` where that is not given, null for clear text.
[[nodiscard]] Result<std::shared_ptr<net::ClientTls>> registry_tls(
    const discovery::Settings& settings, const std::shared_ptr<net::ClientTls>& platform);

// `token_file` as a path: a plain name lies in `secrets_dir`. `invalid`/"secret_missing" if there is no such
// file; empty if none is named.
[[nodiscard]] Result<std::filesystem::path> token_path(const discovery::Settings& settings,
                                                       const std::filesystem::path& secrets_dir);

[[nodiscard]] Result<discovery::ClientOptions> registry_options(
    const discovery::Settings& settings, const std::filesystem::path& secrets_dir,
    const std::shared_ptr<net::ClientTls>& platform);

}  // namespace gatehouse::service
