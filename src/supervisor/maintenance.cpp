#include "supervisor/maintenance.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "runtime/worker.hpp"
#include "service/registry_options.hpp"
#include "supervisor/complaint.hpp"

namespace gatehouse::supervisor {

using std::chrono::milliseconds;

namespace {

Result<std::string> role_of(const Platform& platform, const std::string& instance) {
  const auto instances = instances_of(platform);
  const auto found = std::ranges::find(instances, instance, &Instance::name);
  if (found != instances.end()) return found->role;
  std::string known;
  for (const Instance& one : instances) known += (known.empty() ? "" : ", ") + one.name;
  return refuse(ErrorKind::invalid, "unknown_instance",
                fmt::format("{} is no instance of this platform; there are {}", instance, known));
}

Result<void> change(const discovery::ClientOptions& options, const MaintenanceRequest& request) {
  boost::asio::io_context io{1};
  http::Client http(io.get_executor(), {});
  discovery::Client client(io.get_executor(), http, options);
  auto changing = client.set_maintenance(request.instance, request.maintenance, request.reason,
                                         Deadline::after(milliseconds{5'000}));
  auto changed = runtime::run_to_end(io, std::move(changing));
  http.close_idle();
  return changed;
}

}  // namespace

Result<discovery::ClientOptions> registry_of(const Platform& platform, std::string_view role) {
  const Layout layout{platform.data};
  const auto own = layout.instance_dir("up") / "tls";
  auto tls = net::ClientTls::load(
      {.certificate = own / "cert.pem", .key = own / "key.pem", .ca = layout.ca_file().string()});
  if (!tls) return fail(tls);
  auto settings = discovery::Settings::from_json(platform.discovery_of_roles());
  if (!settings) return fail(settings);
  return service::registry_options(*settings, layout.secrets_dir(role), *tls);
}

int maintenance(const std::filesystem::path& data, const MaintenanceRequest& request) {
  const auto platform = Platform::load(std::filesystem::absolute(data).lexically_normal());
  if (!platform) return complain("maintenance", platform.error());
  const auto role = role_of(*platform, request.instance);
  if (!role) return complain("maintenance", role.error());
  const auto options = registry_of(*platform, *role);
  if (!options) return complain("maintenance", options.error());
  const auto changed = change(*options, request);
  if (!changed) return complain("maintenance", changed.error());
  const bool is_on = request.maintenance == discovery::Maintenance::on;
  fmt::print("{} is {}\n", request.instance,
             is_on ? "in maintenance: peers are told to leave it alone" : "back in routing");
  return 0;
}

}  // namespace gatehouse::supervisor
