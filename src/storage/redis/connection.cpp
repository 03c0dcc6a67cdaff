#include "storage/redis/connection.hpp"

#include <array>

#include <boost/asio/this_coro.hpp>

#include "core/text.hpp"

namespace gatehouse::storage::redis {
namespace {

constexpr std::size_t kReadBytes = 16U << 10U;

// Redis answers SUBSCRIBE by a push message; other pushes may already come in between.
bool is_answer(const Reply& reply) {
  if (reply.type != Reply::Type::push) return true;
  return !reply.elements.empty() && reply.elements.front().text.ends_with("subscribe");
}

enum class Effect : std::uint8_t { none, unknown };

struct Meaning {
  std::string_view code;
  ErrorKind kind;
  std::string_view reason;
  Effect effect;  // none: Redis says it before it runs anything
};

constexpr Meaning kMeanings[] = {
    {"NOSCRIPT", ErrorKind::internal, "redis_no_script", Effect::none},
    {"NOAUTH", ErrorKind::internal, "redis_no_permission", Effect::none},
    {"WRONGPASS", ErrorKind::internal, "redis_no_permission", Effect::none},
    {"NOPERM", ErrorKind::internal, "redis_no_permission", Effect::unknown},  // also inside a script
    {"MOVED", ErrorKind::bad_upstream, "redis_moved", Effect::none},
    {"ASK", ErrorKind::bad_upstream, "redis_ask", Effect::none},
    {"TRYAGAIN", ErrorKind::unavailable, "redis_try_again", Effect::none},
    {"CLUSTERDOWN", ErrorKind::unavailable, "redis_cluster_down", Effect::none},
    {"READONLY", ErrorKind::unavailable, "redis_read_only", Effect::none},
    {"LOADING", ErrorKind::unavailable, "redis_refused", Effect::none},
    {"MASTERDOWN", ErrorKind::unavailable, "redis_refused", Effect::none},
    {"BUSY", ErrorKind::unavailable, "redis_refused", Effect::none},
    {"OOM", ErrorKind::unavailable, "redis_refused", Effect::unknown},
    {"MISCONF", ErrorKind::unavailable, "redis_refused", Effect::unknown},
    {"NOREPLICAS", ErrorKind::unavailable, "redis_refused", Effect::unknown},
    {"UNKILLABLE", ErrorKind::unavailable, "redis_refused", Effect::unknown},
};

Error lost(std::string detail) {
  return {ErrorKind::unavailable, "redis_connection_lost", std::move(detail), Origin::upstream};
}

}  // namespace

Error error_of_reply(std::string_view text) {
  const auto code = text.substr(0, text.find(' '));
  for (const Meaning& meaning : kMeanings) {
    if (meaning.code != code) continue;
    Error error(meaning.kind, meaning.reason, std::string(text), Origin::upstream);
    error.safe_to_retry = meaning.effect == Effect::none;
    return error;
  }
  return {ErrorKind::internal, "redis_error", std::string(text), Origin::upstream};
}

std::shared_ptr<Pending> Connection::enqueue(std::string_view command) {
  const bool full = pending_.size() >= settings_.commands_max ||
                    output_.size() + command.size() > settings_.output_bytes_max;
  if (is_lost_ || full) return nullptr;
  auto pending = std::make_shared<Pending>(executor_);
  pending->sent_at = std::chrono::steady_clock::now();
  pending_.push_back(pending);
  if (output_.empty()) has_output_.notify_all();
  output_ += command;
  expect_answer_in_time();
  return pending;
}

// The stream ends a read that waits for longer: for the oldest command, or for a sign of life.
void Connection::expect_answer_in_time() {
  if (pending_.empty()) {
    stream_.expires_at(std::chrono::steady_clock::now() + settings_.ping_after_idle);
  } else {
    stream_.expires_at(pending_.front()->sent_at + settings_.stall_timeout);
  }
}

Awaitable<Result<Reply>> Connection::greet(std::string greeting, std::size_t replies, Deadline deadline) {
  stream_.expires_at(deadline.time());
  const Result<void> written = co_await stream_.write(greeting);
  if (!written) co_return fail(written);
  std::array<char, 4096> buffer;
  Reply last;
  while (replies > 0) {
    const Result<std::size_t> got = co_await stream_.read_some(buffer);
    if (!got) co_return fail(got);
    if (*got == 0) co_return std::unexpected(lost("closed during the greeting"));
    parser_.feed({buffer.data(), *got});
    for (;;) {
      auto reply = parser_.next();
      if (!reply) co_return fail(reply);
      if (!reply->has_value()) break;
      if ((*reply)->is_error()) co_return std::unexpected(error_of_reply((*reply)->text));
      if (replies == 0 || !is_answer(**reply)) continue;
      last = std::move(**reply);
      --replies;
    }
  }
  co_return last;
}

Awaitable<Error> Connection::read_replies(std::function<void(const Reply&)> on_push) {
  std::vector<char> buffer(kReadBytes);
  expect_answer_in_time();
  while (!is_lost_) {
    const Result<std::size_t> got = co_await stream_.read_some(buffer);
    if (!got) {
      const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
      const bool stopping = cancellation.cancelled() != boost::asio::cancellation_type::none;
      if (stopping || is_lost_ || !is_only_silent(got.error())) co_return got.error();
      continue;
    }
    if (*got == 0) co_return lost("closed by Redis");
    parser_.feed({buffer.data(), *got});
    if (auto taken = take_replies(on_push); !taken) co_return taken.error();
    expect_answer_in_time();
  }
  co_return lost("could not write");
}

// A read that ended for its time: asks a silent server for a sign of life. False if a command waits too long,
// or the error is another one. (Cancelled: a new command moved the time while the read was already ending.)
bool Connection::is_only_silent(const Error& error) {
  if (error.reason != "io_timeout" && error.kind != ErrorKind::cancelled) return false;
  if (pending_.empty()) return enqueue("*1\r\n$4\r\nPING\r\n") != nullptr;
  if (std::chrono::steady_clock::now() - pending_.front()->sent_at >= settings_.stall_timeout) return false;
  expect_answer_in_time();
  return true;
}

Result<void> Connection::take_replies(const std::function<void(const Reply&)>& on_push) {
  for (;;) {
    auto reply = parser_.next();
    if (!reply) return fail(reply);
    if (!reply->has_value()) return {};
    if ((*reply)->type == Reply::Type::push) {
      on_push(**reply);
    } else if (pending_.empty()) {
      return fail(ErrorKind::bad_upstream, "redis_protocol_error", "a reply that nobody asked for",
                  Origin::upstream);
    } else {
      answer(std::move(**reply));
    }
  }
}

void Connection::answer(Reply reply) {
  const auto pending = pending_.front();
  pending_.pop_front();
  if (reply.is_error()) {
    pending->outcome = std::unexpected(error_of_reply(reply.text));
  } else {
    pending->outcome = std::move(reply);
  }
  pending->answered.notify_all();
}

Awaitable<> Connection::write_commands() {
  std::string sending;
  while (!is_lost_) {
    if (output_.empty()) {
      const Result<bool> woken = co_await has_output_.wait(Deadline::never());
      if (!woken) break;
      continue;
    }
    sending.clear();
    std::swap(sending, output_);
    const Result<void> written = co_await stream_.write(sending);
    if (!written) break;
  }
  lose(lost("could not write"));
}

void Connection::lose(const Error& why) {
  if (is_lost_) return;
  is_lost_ = true;
  stream_.close();
  has_output_.notify_all();
  for (const auto& pending : std::exchange(pending_, {})) {
    pending->outcome = std::unexpected(lost(why.detail.empty() ? std::string(why.reason) : why.detail));
    pending->answered.notify_all();
  }
}

}  // namespace gatehouse::storage::redis
