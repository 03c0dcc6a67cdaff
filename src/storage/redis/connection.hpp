// One connection to Redis and what waits on it. Behind redis::Client, which replaces it when it is lost.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "net/stream.hpp"
#include "runtime/timer.hpp"
#include "storage/redis/client.hpp"

namespace gatehouse::storage::redis {

// A command that was sent or soon will be. Kept until its reply comes, also when nobody waits any more:
// replies are matched by their order alone.
struct Pending {
  explicit Pending(runtime::Executor executor) : answered(executor) {}
  runtime::Signal answered;
  std::optional<Result<Reply>> outcome;
  core::SteadyTime sent_at{};
};

class Connection {
 public:
  Connection(net::Stream stream, runtime::Executor executor, const Settings& settings)
      : stream_(std::move(stream)),
        executor_(executor),
        settings_(settings),
        parser_(settings.replies),
        has_output_(executor) {}

  // Queues a command; nothing if too much waits already.
  std::shared_ptr<Pending> enqueue(std::string_view command);

  // Sends the first commands, HELLO in front, and reads their replies. Gives the last one.
  [[nodiscard]] Awaitable<Result<Reply>> greet(std::string greeting, std::size_t replies, Deadline deadline);
  // Until the connection is lost; returns why.
  [[nodiscard]] Awaitable<Error> read_replies(std::function<void(const Reply&)> on_push);
  // Until the connection is lost.
  [[nodiscard]] Awaitable<> write_commands();
  // Closes, and tells everybody who waits.
  void lose(const Error& why);

 private:
  Result<void> take_replies(const std::function<void(const Reply&)>& on_push);
  void answer(Reply reply);
  void expect_answer_in_time();
  bool is_only_silent(const Error& error);

  net::Stream stream_;
  runtime::Executor executor_;
  const Settings& settings_;
  RespParser parser_;
  std::deque<std::shared_ptr<Pending>> pending_;
  std::string output_;
  runtime::Signal has_output_;
  bool is_lost_ = false;
};

// What an error reply means.
[[nodiscard]] Error error_of_reply(std::string_view text);

}  // namespace gatehouse::storage::redis
