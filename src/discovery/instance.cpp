#include "discovery/instance.hpp"

#include <algorithm>

#include "core/fields.hpp"

namespace gatehouse::discovery {
namespace {

constexpr std::size_t kInstancesMax = 1'000;
constexpr std::size_t kMetaMax = 64;  // Consul's own limit
constexpr std::size_t kTagsMax = 64;

// Where a service names no address of its own, its node's counts.
std::string node_address(const json::object& entry) {
  const auto* node = entry.if_contains("Node");
  if (node == nullptr || !node->is_object()) return "";
  const auto* address = node->as_object().if_contains("Address");
  return address == nullptr || !address->is_string() ? "" : std::string(address->as_string());
}

Result<Instance> parse_instance(const json::object& entry) {
  const auto* service = entry.if_contains("Service");
  if (service == nullptr || !service->is_object())
    return fail(ErrorKind::bad_upstream, "bad_registry_answer");
  Fields fields{service->as_object()};
  Instance instance;
  instance.id = fields.required_text("ID");
  instance.address = fields.optional_text("Address", "", {.bytes_min = 0});
  instance.port = static_cast<std::uint16_t>(fields.required_int("Port", {0, 65'535}));
  if (const auto* tags = fields.maybe_array("Tags")) {
    for (const json::value& tag : *tags) {
      if (tag.is_string() && instance.tags.size() < kTagsMax) instance.tags.emplace_back(tag.as_string());
    }
  }
  if (const auto* meta = fields.maybe_object("Meta")) {
    for (const auto& item : *meta) {
      if (item.value().is_string() && instance.meta.size() < kMetaMax)
        instance.meta[std::string(item.key())] = item.value().as_string();
    }
  }
  if (auto complete = fields.finish_lenient(); !complete)
    return fail(ErrorKind::bad_upstream, "bad_registry_answer", complete.error().detail);
  if (instance.address.empty()) instance.address = node_address(entry);
  return instance;
}

}  // namespace

Result<std::vector<Instance>> parse_health_answer(std::string_view text) {
  const auto document = core::parse_json(text);
  if (!document || !document->is_array() || document->as_array().size() > kInstancesMax)
    return fail(ErrorKind::bad_upstream, "bad_registry_answer");
  std::vector<Instance> instances;
  for (const json::value& entry : document->as_array()) {
    if (!entry.is_object()) return fail(ErrorKind::bad_upstream, "bad_registry_answer");
    auto instance = parse_instance(entry.as_object());
    if (!instance) return fail(instance);
    instances.push_back(std::move(*instance));
  }
  // A stable order: equal lists compare equal, and round robin does not jump.
  std::ranges::sort(instances, {}, &Instance::id);
  return instances;
}

}  // namespace gatehouse::discovery
