#include "storage/redis.hpp"

#include <map>

#include <fmt/format.h>

#include "runtime/task_group.hpp"
#include "storage/redis_connection.hpp"
#include "telemetry/log.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::storage::redis {
namespace {

std::string encoded(std::span<const std::string_view> words) {
  std::string command;
  append_command(command, words);
  return command;
}

std::string encoded(const std::vector<std::string>& words) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  return encoded(std::span<const std::string_view>(views));
}

std::unexpected<Error> not_sent(std::string_view reason) {
  auto error = fail(ErrorKind::unavailable, reason, {}, Origin::upstream);
  error.error().safe_to_retry = true;
  return error;
}

// An older server knows no HELLO, or not this version of the protocol.
Error explained(Error error) {
  const bool too_old =
      error.detail.starts_with("NOPROTO") || error.detail.find("unknown command") != std::string::npos;
  if (too_old) error.detail = "Redis 6 or newer is required (RESP3): " + error.detail;
  return error;
}

}  // namespace

struct Client::State : std::enable_shared_from_this<State> {
  State(runtime::Executor executor_, Settings settings_)
      : executor(executor_), settings(std::move(settings_)), tasks(executor_), connected(executor_) {}

  Awaitable<> stay_connected();
  Awaitable<Result<std::shared_ptr<Connection>>> open();
  Awaitable<> serve(std::shared_ptr<Connection> opened);
  // A coroutine of its own, so that the connection lives as long as its writer.
  static Awaitable<> write(std::shared_ptr<Connection> connection) { co_await connection->write_commands(); }
  Awaitable<Result<Reply>> submit(std::string command, Deadline deadline);
  Awaitable<Result<Reply>> run_script(std::string_view script, std::vector<std::string> words,
                                      Deadline deadline);
  Awaitable<Result<std::string>> load_script(std::string_view script, Deadline deadline);
  std::string greeting() const;
  void report_failure(const Error& error);

  const runtime::Executor executor;
  const Settings settings;
  TaskGroup tasks;
  std::vector<std::vector<std::string>> on_connect;
  std::vector<std::function<void(const Reply&)>> push_listeners;
  std::vector<std::function<void()>> lost_listeners;
  std::shared_ptr<Connection> connection;  // null: none
  runtime::Signal connected;
  std::map<std::string_view, std::string> script_hashes;  // of this server
  int failures = 0;
};

std::string Client::State::greeting() const {
  std::vector<std::string_view> hello{"HELLO", "3"};
  if (!settings.password.empty())
    hello.insert(hello.end(), {"AUTH", settings.user, settings.password.reveal()});
  hello.insert(hello.end(), {"SETNAME", settings.client_name});
  std::string text = encoded(std::span<const std::string_view>(hello));
  for (const auto& words : on_connect) text += encoded(words);
  return text;
}

Awaitable<Result<std::shared_ptr<Connection>>> Client::State::open() {
  const Deadline deadline = Deadline::after(settings.connect_timeout);
  net::ConnectOptions options;
  options.host = settings.host;
  options.port = settings.port;
  options.tls = settings.tls;
  options.server_name = settings.server_name;
  Result<net::Stream> stream = co_await net::connect(std::move(options), deadline);
  if (!stream) co_return fail(stream);
  auto opened = std::make_shared<Connection>(std::move(*stream), executor, settings);
  const Result<void> greeted = co_await opened->greet(greeting(), 1 + on_connect.size(), deadline);
  if (!greeted) co_return std::unexpected(explained(greeted.error()));
  co_return opened;
}

Awaitable<> Client::State::stay_connected() {
  const auto self = shared_from_this();
  for (;;) {
    auto opened = co_await open();
    if (opened) {
      co_await serve(std::move(*opened));
    } else {
      report_failure(opened.error());
    }
    if (tasks.is_stopping()) co_return;
    const auto wait = settings.reconnect.delay(++failures, telemetry::fast_random01());
    const Result<void> slept = co_await runtime::sleep_for(wait);
    if (!slept) co_return;
  }
}

Awaitable<> Client::State::serve(std::shared_ptr<Connection> opened) {
  failures = 0;
  script_hashes.clear();
  connection = opened;
  tasks.spawn("redis-write", write(opened));
  connected.notify_all();
  log::info("redis-connected", "connected to Redis",
            {log::field("server.address", settings.host), log::field("server.port", settings.port)});
  std::function<void(const Reply&)> on_push = [this](const Reply& message) {
    for (const auto& listener : push_listeners) listener(message);
  };
  const Error why = co_await opened->read_replies(std::move(on_push));
  connection = nullptr;
  opened->lose(why);
  for (const auto& listener : lost_listeners) listener();
  if (!tasks.is_stopping()) log::warn("redis-lost", "the connection to Redis is lost", {log::field(why)});
}

// Once per outage and then rarely: the loop tries again and again.
void Client::State::report_failure(const Error& error) {
  if (tasks.is_stopping() || (failures != 0 && failures % 20 != 0)) return;
  log::warn("redis-connect-failed", "cannot connect to Redis, will try again",
            {log::field("server.address", settings.host), log::field("server.port", settings.port),
             log::field(error)});
}

Awaitable<Result<Reply>> Client::State::submit(std::string command, Deadline deadline) {
  const auto self = shared_from_this();
  if (!connection) co_return not_sent("redis_not_connected");
  const auto pending = connection->enqueue(command);
  if (!pending) co_return not_sent("redis_busy");
  const Deadline until = deadline.capped(settings.command_timeout);
  while (!pending->outcome) {
    const Result<bool> woken = co_await pending->answered.wait(until);
    if (pending->outcome) break;
    if (!woken) co_return fail(woken);
    if (until.is_over()) co_return fail(ErrorKind::timeout, "redis_timeout", {}, Origin::upstream);
  }
  co_return std::move(*pending->outcome);
}

Awaitable<Result<std::string>> Client::State::load_script(std::string_view script, Deadline deadline) {
  const auto known = script_hashes.find(script);
  if (known != script_hashes.end()) co_return known->second;
  const std::string_view words[] = {"SCRIPT", "LOAD", script};
  auto loaded = co_await submit(encoded(words), deadline);
  if (!loaded) co_return fail(loaded);
  script_hashes[script] = loaded->text;
  co_return std::move(loaded->text);
}

Awaitable<Result<Reply>> Client::State::run_script(std::string_view script, std::vector<std::string> words,
                                                   Deadline deadline) {
  for (int attempt = 0;; ++attempt) {
    auto hash = co_await load_script(script, deadline);
    if (!hash) co_return fail(hash);
    words[1] = std::move(*hash);
    auto reply = co_await submit(encoded(words), deadline);
    const bool forgotten = !reply && reply.error().reason == "redis_no_script";
    if (!forgotten || attempt > 0) co_return reply;
    script_hashes.erase(script);  // SCRIPT FLUSH, or another server behind the same name
  }
}

Client::Client(runtime::Executor executor, Settings settings)
    : state_(std::make_shared<State>(executor, std::move(settings))) {}
Client::~Client() = default;

void Client::on_connect_send(std::vector<std::string> words) {
  state_->on_connect.push_back(std::move(words));
}
void Client::on_push(std::function<void(const Reply&)> listener) {
  state_->push_listeners.push_back(std::move(listener));
}
void Client::on_lost(std::function<void()> listener) {
  state_->lost_listeners.push_back(std::move(listener));
}

void Client::start() {
  state_->tasks.spawn("redis", state_->stay_connected());
}

Awaitable<bool> Client::stop(Deadline deadline) {
  const auto state = state_;
  if (state->connection) state->connection->lose(Error(ErrorKind::cancelled, "stopped"));
  co_return co_await state->tasks.stop(deadline);
}

bool Client::is_connected() const {
  return state_->connection != nullptr;
}

Awaitable<Result<void>> Client::wait_until_connected(Deadline deadline) {
  const auto state = state_;
  while (!state->connection) {
    const Result<bool> woken = co_await state->connected.wait(deadline);
    if (!woken) co_return fail(woken);
    if (!state->connection && deadline.is_over()) co_return not_sent("redis_not_connected");
  }
  co_return Result<void>{};
}

Awaitable<Result<Reply>> Client::command(std::span<const std::string_view> words, Deadline deadline) {
  return state_->submit(encoded(words), deadline);
}

Awaitable<Result<Reply>> Client::command(std::initializer_list<std::string_view> words, Deadline deadline) {
  return state_->submit(encoded(std::span(words.begin(), words.size())), deadline);
}

Awaitable<Result<Reply>> Client::eval(std::string_view script, std::span<const std::string_view> keys,
                                      std::span<const std::string_view> arguments, Deadline deadline) {
  std::vector<std::string> words{"EVALSHA", "", std::to_string(keys.size())};
  words.insert(words.end(), keys.begin(), keys.end());
  words.insert(words.end(), arguments.begin(), arguments.end());
  return state_->run_script(script, std::move(words), deadline);
}

}  // namespace gatehouse::storage::redis
