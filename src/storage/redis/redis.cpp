#include "storage/redis/redis.hpp"

#include "runtime/span.hpp"

namespace gatehouse::storage::redis {

Awaitable<Result<Reply>> Redis::command(std::span<const std::string_view> words, Deadline deadline) {
  Command one{.words = {words.begin(), words.end()}};
  if (words.size() > 1) one.key = words[1];
  return run_in_span(std::move(one), deadline);
}

Awaitable<Result<Reply>> Redis::command(std::initializer_list<std::string_view> words, Deadline deadline) {
  return command(std::span(words.begin(), words.size()), deadline);
}

Awaitable<Result<Reply>> Redis::eval(std::string_view script, std::span<const std::string_view> keys,
                                     std::span<const std::string_view> arguments, Deadline deadline) {
  Command one{.words = {"EVALSHA", "", std::to_string(keys.size())}, .script = script};
  one.words.insert(one.words.end(), keys.begin(), keys.end());
  one.words.insert(one.words.end(), arguments.begin(), arguments.end());
  if (!keys.empty()) one.key = keys.front();
  return run_in_span(std::move(one), deadline);
}

Awaitable<Result<Reply>> Redis::run_in_span(Command command, Deadline deadline) {
  const std::string name = command.words.front();
  runtime::Span span(co_await runtime::this_task, {name, spans::Kind::client, "db.system.name", "redis"});
  co_return span.end(co_await run(std::move(command), deadline));
}

}  // namespace gatehouse::storage::redis
