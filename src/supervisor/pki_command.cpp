#include "supervisor/pki_command.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "service/service.hpp"
#include "supervisor/complaint.hpp"
#include "supervisor/durable_file.hpp"
#include "supervisor/pki.hpp"

namespace gatehouse::supervisor {

namespace {

core::SystemTime now() {
  return core::SystemClock().now();
}

}  // namespace

int pki_show(const std::filesystem::path& data) {
  const auto table = pki_table(data, now());
  if (!table) return complain("pki", table.error());
  fmt::print("{}", *table);
  return 0;
}

int pki_renew(const std::filesystem::path& data) {
  const auto renewed = renew_all_leaves(data, now());
  if (!renewed) return complain("pki", renewed.error());
  for (const auto& directory : *renewed) fmt::print("renewed {}\n", directory.string());
  return 0;
}

int pki_issue(const std::filesystem::path& data, const std::string& role,
              const std::filesystem::path& directory) {
  if (auto made = make_private_directory(directory); !made) return complain("pki", made.error());
  const std::vector<std::string> names{std::string(service::service_name_of(role))};
  const auto issued = issue_role_leaf(data, role, directory, names, now());
  if (!issued) return complain("pki", issued.error());
  fmt::print("issued {}\n", (directory / "tls" / "cert.pem").string());
  return 0;
}

}  // namespace gatehouse::supervisor
