#include "service/registry_options.hpp"

#include <fmt/format.h>

namespace gatehouse::service {

Result<std::shared_ptr<net::ClientTls>> registry_tls(const discovery::Settings& settings,
                                                     const std::shared_ptr<net::ClientTls>& platform) {
  switch (settings.transport) {
    case discovery::Transport::platform_tls:
      return platform;
    case discovery::Transport::own_tls:
      return net::ClientTls::load(settings.tls);
    case discovery::Transport::clear:
      break;
  }
  return std::shared_ptr<net::ClientTls>{};
}

Result<std::filesystem::path> token_path(const discovery::Settings& settings,
                                         const std::filesystem::path& secrets_dir) {
  if (settings.token_file.empty()) return std::filesystem::path{};
  const bool is_name = settings.token_file.find('/') == std::string::npos;
  auto path = is_name ? secrets_dir / settings.token_file : std::filesystem::path(settings.token_file);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) return path;
  return fail(ErrorKind::invalid, "secret_missing",
              fmt::format("discovery.consul.token_file: {} is not there", path.string()));
}

Result<discovery::ClientOptions> registry_options(const discovery::Settings& settings,
                                                  const std::filesystem::path& secrets_dir,
                                                  const std::shared_ptr<net::ClientTls>& platform) {
  auto tls = registry_tls(settings, platform);
  if (!tls) return fail(tls);
  auto token = token_path(settings, secrets_dir);
  if (!token) return fail(token);
  discovery::ClientOptions options;
  options.registry = {.host = settings.address,
                      .port = settings.port,
                      .tls = std::move(*tls),
                      .server_name = settings.server_name};
  options.token_file = std::move(*token);
  options.check_interval = settings.check_interval;
  return options;
}

}  // namespace gatehouse::service
