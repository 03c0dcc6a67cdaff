#include "cache/redis_invalidation.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::cache {
namespace {

using storage::redis::Reply;

// {"message", channel, "<version> <key>"}
std::optional<Change> change_in(const Reply& push, std::string_view channel) {
  if (push.elements.size() != 3 || push.elements[0].text != "message" || push.elements[1].text != channel)
    return {};
  const auto parts = core::cut(push.elements[2].text, ' ');
  if (!parts || parts->second.empty()) return {};
  const auto version = core::parse_int<std::int64_t>(parts->first);
  if (!version) return {};
  return Change{std::string(parts->second), *version};
}

}  // namespace

RedisInvalidation::RedisInvalidation(storage::redis::Client& client, std::string channel)
    : client_(client), channel_(std::move(channel)) {
  client_.on_connect_send({"SUBSCRIBE", channel_});
  client_.on_push([listeners = listeners_, channel = channel_](const Reply& push) {
    const auto change = change_in(push, channel);
    if (!change) return;
    for (const auto& listener : *listeners) listener(*change);
  });
  client_.on_lost([listeners = listeners_] {
    for (const auto& listener : *listeners) listener(Change{});
  });
}

void RedisInvalidation::subscribe(Listener listener) {
  listeners_->push_back(std::move(listener));
}

Awaitable<Result<void>> RedisInvalidation::publish(std::string key, std::int64_t version) {
  const std::string message = fmt::format("{} {}", version, key);
  const std::string_view words[] = {"PUBLISH", channel_, message};
  const Result<Reply> reply = co_await client_.command(words);
  if (!reply) co_return fail(reply);
  co_return Result<void>{};
}

}  // namespace gatehouse::cache
