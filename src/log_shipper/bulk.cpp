#include "log_shipper/bulk.hpp"

#include <fmt/format.h>

#include "core/fields.hpp"

namespace gatehouse::log_shipper {

namespace {

constexpr std::size_t kWhyBytesMax = 500;

// Neither the name of a data stream nor an id holds what JSON must escape.
std::string action_of(const Item& item, std::string_view data_stream) {
  return fmt::format(R"({{"create":{{"_index":"{}","_id":"{}"}}}})", data_stream, item.id);
}

std::unexpected<Error> nonsense(std::string_view what) {
  return fail(ErrorKind::bad_upstream, "bulk_answer", std::string(what), Origin::upstream);
}

Fate fate_of(unsigned status) {
  if (status >= 200 && status < 300) return Fate::taken;
  if (status == 409) return Fate::was_there;
  if (status == 429 || status >= 500) return Fate::again;
  return Fate::refused;
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// {"create": {"status": 400, "error": {"type": "…", "reason": "…"}}}
std::optional<Outcome> outcome_of(const json::value& item) {
  const json::object* outer = item.if_object();
  const json::value* create = outer == nullptr ? nullptr : outer->if_contains("create");
  const json::object* inner = create == nullptr ? nullptr : create->if_object();
  const json::value* status = inner == nullptr ? nullptr : inner->if_contains("status");
  if (status == nullptr || !status->is_int64()) return std::nullopt;
  const std::int64_t number = status->get_int64();
  if (number < 100 || number > 599) return std::nullopt;
  Outcome outcome{.status = static_cast<unsigned>(number)};
  outcome.fate = fate_of(outcome.status);
  const json::value* error = inner->if_contains("error");
  if (error != nullptr && error->is_object()) {
    const json::object& told = error->get_object();
    outcome.why = fmt::format("{}: {}", text_of(told, "type"), text_of(told, "reason"));
    outcome.why.resize(std::min(outcome.why.size(), kWhyBytesMax));
  }
  return outcome;
}

}  // namespace

std::string bulk_body(std::span<const Item> items, std::string_view data_stream) {
  std::string body;
  for (const Item& item : items) {
    body += action_of(item, data_stream);
    body += '\n';
    body += item.line;
    body += '\n';
  }
  return body;
}

Result<std::vector<Outcome>> read_bulk_reply(std::string_view content, std::size_t items) {
  const auto reply = core::parse_json_object(content);
  if (!reply) return nonsense("not JSON");
  const json::value* list = reply->if_contains("items");
  if (list == nullptr || !list->is_array()) return nonsense("items are missing");
  if (list->get_array().size() != items)
    return nonsense(fmt::format("{} items were sent, {} answered", items, list->get_array().size()));
  std::vector<Outcome> outcomes;
  outcomes.reserve(items);
  for (const json::value& item : list->get_array()) {
    auto outcome = outcome_of(item);
    if (!outcome) return nonsense("an item has no status");
    outcomes.push_back(std::move(*outcome));
  }
  return outcomes;
}

}  // namespace gatehouse::log_shipper
