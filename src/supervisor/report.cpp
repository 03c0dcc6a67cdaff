#include "supervisor/report.hpp"

#include <fmt/format.h>

#include "supervisor/status_file.hpp"

namespace gatehouse::supervisor {

std::string ready_table(const Platform& platform, const Fleet& fleet, const std::vector<Account>& accounts) {
  std::string text = fmt::format("\n{:<16} {:<26} {:<8} {:>9}\n", "ROLE", "URL", "STATE", "START");
  for (const RoleStatus& role : status_of(platform, fleet, "ready").roles)
    text += fmt::format("{:<16} {:<26} {:<8} {:>6} ms\n", role.instance, role.url, role.state, role.start_ms);
  const Layout layout{platform.data};
  text += fmt::format("\nGateway         http://localhost:{}  https://localhost:{}\n", platform.gateway_http,
                      platform.gateway_https);
  text += fmt::format("Admin API       http://localhost:{}\n", platform.gateway_admin);
  text += fmt::format("CA certificate  {}\n", layout.ca_file().string());
  if (accounts.empty()) {
    text += fmt::format("Demo accounts   {}\n", layout.credentials_file().string());
    return text;
  }
  text += fmt::format("\nDemo accounts (shown once, kept in {})\n", layout.credentials_file().string());
  for (const Account& account : accounts) {
    text += fmt::format("  {:<10} {:<20} {}\n", account.username, account.password, account.roles);
  }
  return text;
}

}  // namespace gatehouse::supervisor
