#include "registry/catalog.hpp"

#include <algorithm>

#include "core/fields.hpp"
#include "core/text.hpp"

namespace gatehouse::registry {

using std::chrono::milliseconds;

namespace {

constexpr std::string_view kMaintenancePrefix = "_service_maintenance:";  // Consul's own name for it

}  // namespace

std::string_view name_of(Health health) {
  switch (health) {
    case Health::passing:
      return "passing";
    case Health::warning:
      return "warning";
    case Health::critical:
      return "critical";
  }
  return "critical";
}

Health Service::health() const {
  Health worst = Health::passing;
  for (const Check& check : checks) worst = std::max(worst, check.health);
  return worst;
}

std::optional<milliseconds> parse_go_duration(std::string_view text) {
  std::int64_t total = 0;
  if (text.empty() || text.size() > 32) return std::nullopt;
  while (!text.empty()) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = core::parse_int<std::int32_t>(text.substr(0, digits));
    if (!count) return std::nullopt;
    text.remove_prefix(digits);
    std::int64_t unit = 0;
    for (const auto& [suffix, millis] :
         {std::pair{std::string_view("ms"), 1L}, {"s", 1'000L}, {"m", 60'000L}, {"h", 3'600'000L}}) {
      if (!text.starts_with(suffix)) continue;
      unit = millis;
      text.remove_prefix(suffix.size());
      break;
    }
    if (unit == 0) return std::nullopt;
    total += *count * unit;
  }
  return milliseconds{total};
}

namespace {

milliseconds duration(Fields& fields, std::string_view name) {
  const auto text = fields.maybe_text(name, {.bytes_max = 32});
  if (!text) return milliseconds{0};
  const auto parsed = parse_go_duration(*text);
  if (!parsed) fields.reject(name, "must be a duration such as \"10s\"");
  return parsed.value_or(milliseconds{0});
}

Result<Check> parse_check(const json::object& body, const Service& service, std::size_t number) {
  Check check;
  Fields fields{body, "Check"};
  const std::string fallback =
      "service:" + service.id + (number == 0 ? "" : ":" + std::to_string(number + 1));
  check.id = fields.optional_text("CheckID", fallback, {.bytes_max = 256});
  check.name = fields.optional_text("Name", "Service '" + service.name + "' check");
  check.ttl = duration(fields, "TTL");
  check.https_url = fields.optional_text("HTTP", "", {.bytes_min = 0});
  check.interval = duration(fields, "Interval");
  check.timeout = std::max(duration(fields, "Timeout"), milliseconds{100});
  check.deregister_after = duration(fields, "DeregisterCriticalServiceAfter");
  if (fields.optional_text("Status", "critical") == "passing") check.health = Health::passing;
  const bool is_https = check.https_url.starts_with("https://");
  if (check.ttl.count() == 0 && !is_https)
    fields.reject("TTL", "a check needs a TTL or an https URL in HTTP");
  if (is_https && check.interval < milliseconds{100}) fields.reject("Interval", "must be at least 100ms");
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return check;
}

}  // namespace

Result<Service> Catalog::parse_registration(const json::object& body) {
  Service service;
  Fields fields{body};
  service.name = fields.required_text("Name", {.bytes_max = 128});
  service.id = fields.optional_text("ID", service.name, {.bytes_max = 128});
  service.address = fields.optional_text("Address", "127.0.0.1", {.bytes_min = 0, .bytes_max = 255});
  service.port = static_cast<std::uint16_t>(fields.optional_int("Port", 0, {0, 65535}));
  service.tags = fields.optional_texts("Tags", {});
  if (const auto* meta = fields.maybe_object("Meta")) {
    for (const auto& item : *meta) {
      if (item.value().is_string()) service.meta[std::string(item.key())] = item.value().as_string();
    }
  }
  const auto* single = fields.maybe_object("Check");
  const auto* many = fields.maybe_array("Checks");
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);

  std::vector<const json::object*> checks;
  if (single != nullptr) checks.push_back(single);
  for (std::size_t i = 0; many != nullptr && i < many->size(); ++i) {
    if (!(*many)[i].is_object())
      return refuse(ErrorKind::invalid, "invalid_field", "Checks: must hold objects");
    checks.push_back(&(*many)[i].as_object());
  }
  for (const auto* check_body : checks) {
    auto check = parse_check(*check_body, service, service.checks.size());
    if (!check) return fail(check);
    service.checks.push_back(std::move(*check));
  }
  return service;
}

void Catalog::touch(Service& service) {
  service.modify_index = ++index_;
  index_by_name_[service.name] = index_;
}

void Catalog::set_health(Service& service, Check& check, Health health, core::SteadyTime now) {
  if (check.health == health) return;
  if (health == Health::critical) check.critical_since = now;
  check.health = health;
  touch(service);
}

Result<void> Catalog::add(Service service, core::SteadyTime now) {
  const auto known = services_.find(service.id);
  if (known == services_.end() && services_.size() >= limits_.services_max) {
    return refuse(ErrorKind::unavailable, "registry_full");
  }
  if (service.checks.size() > limits_.checks_per_service)
    return refuse(ErrorKind::invalid, "too_many_checks");
  for (Check& check : service.checks) {
    check.heard_at = now;
    check.critical_since = now;
  }
  if (known != services_.end() && known->second.name != service.name) touch(known->second);
  auto& kept = services_[service.id];
  kept = std::move(service);
  touch(kept);
  const auto reason = maintenance_.find(kept.id);
  if (reason != maintenance_.end()) put_in_maintenance(kept, reason->second, now);
  return {};
}

void Catalog::put_in_maintenance(Service& service, const std::string& reason, core::SteadyTime now) {
  Check check{.id = std::string(kMaintenancePrefix) + service.id,
              .name = "Service Maintenance Mode",
              .health = Health::critical,
              .output = reason,
              .heard_at = now,
              .critical_since = now};
  std::erase_if(service.checks, [&](const Check& known) { return known.id == check.id; });
  service.checks.push_back(std::move(check));
  touch(service);
}

Result<void> Catalog::set_maintenance(std::string_view id, std::string reason, core::SteadyTime now) {
  const auto found = services_.find(id);
  if (found == services_.end()) return refuse(ErrorKind::not_found, "unknown_service");
  if (reason.empty()) reason = "maintenance";
  maintenance_[std::string(id)] = reason;
  put_in_maintenance(found->second, reason, now);
  return {};
}

Result<void> Catalog::end_maintenance(std::string_view id) {
  const auto noted = maintenance_.find(id);
  if (noted != maintenance_.end()) maintenance_.erase(noted);
  const auto found = services_.find(id);
  if (found == services_.end()) return refuse(ErrorKind::not_found, "unknown_service");
  auto& checks = found->second.checks;
  std::erase_if(checks, [](const Check& check) { return check.id.starts_with(kMaintenancePrefix); });
  touch(found->second);
  return {};
}

Result<void> Catalog::remove(std::string_view id) {
  const auto found = services_.find(id);
  if (found == services_.end()) return refuse(ErrorKind::not_found, "unknown_service");
  index_by_name_[found->second.name] = ++index_;
  services_.erase(found);
  return {};
}

Result<void> Catalog::report(std::string_view check_id, Health health, std::string output,
                             core::SteadyTime now) {
  for (auto& [id, service] : services_) {
    for (Check& check : service.checks) {
      if (check.id != check_id) continue;
      check.heard_at = now;
      check.output = std::move(output);
      set_health(service, check, health, now);
      return {};
    }
  }
  return refuse(ErrorKind::not_found, "unknown_check");
}

bool Catalog::expire(core::SteadyTime now) {
  const auto before = index_;
  std::vector<std::string> gone;
  for (auto& [id, service] : services_) {
    for (Check& check : service.checks) {
      if (check.ttl.count() > 0 && check.health != Health::critical && now - check.heard_at > check.ttl) {
        check.output = "TTL expired";
        set_health(service, check, Health::critical, now);
      }
      const bool is_overdue = check.health == Health::critical && check.deregister_after.count() > 0 &&
                              now - check.critical_since > check.deregister_after;
      if (is_overdue && (gone.empty() || gone.back() != id)) gone.push_back(id);
    }
  }
  for (const auto& id : gone) (void)remove(id);
  return index_ != before;
}

std::vector<const Service*> Catalog::instances(std::string_view name) const {
  std::vector<const Service*> found;
  for (const auto& [id, service] : services_) {
    if (service.name == name) found.push_back(&service);
  }
  return found;
}

const Service* Catalog::find(std::string_view id) const {
  const auto found = services_.find(id);
  return found == services_.end() ? nullptr : &found->second;
}

std::uint64_t Catalog::index_of(std::string_view name) const {
  const auto found = index_by_name_.find(name);
  return found == index_by_name_.end() ? 1 : found->second;
}

}  // namespace gatehouse::registry
