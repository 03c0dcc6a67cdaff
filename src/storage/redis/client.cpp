#include "storage/redis/client.hpp"

#include <map>

#include <fmt/format.h>

#include "runtime/task_group.hpp"
#include "storage/redis/connection.hpp"
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

enum class Asking : std::uint8_t { no, yes };

Asking asking_of(const Command& command) {
  return command.is_asking ? Asking::yes : Asking::no;
}

Result<void> judge_role(const Reply& role) {
  if (!role.elements.empty() && role.elements.front().text == "master") return {};
  return fail(ErrorKind::unavailable, "redis_read_only", "the server is a replica", Origin::upstream);
}

}  // namespace

struct Client::State : std::enable_shared_from_this<State> {
  State(runtime::Executor executor_, Settings settings_)
      : executor(executor_),
        settings(std::move(settings_)),
        tasks(executor_),
        connected(executor_),
        hurry(executor_) {}

  Awaitable<> stay_connected();
  Awaitable<Result<std::shared_ptr<Connection>>> open();
  Awaitable<> serve(std::shared_ptr<Connection> opened);
  // A coroutine of its own, so that the connection lives as long as its writer.
  static Awaitable<> write(std::shared_ptr<Connection> connection) { co_await connection->write_commands(); }
  Awaitable<Result<Address>> locate(Deadline deadline);
  Awaitable<Result<Reply>> run(Command command, Deadline deadline);
  Awaitable<Result<Reply>> submit(std::string command, Asking asking, Deadline deadline);
  Awaitable<Result<Reply>> run_script(Command command, Deadline deadline);
  Awaitable<Result<std::string>> load_script(std::string_view script, Deadline deadline);
  Awaitable<Result<Address>> known_address() { co_return Address{settings.host, settings.port}; }
  std::string greeting() const;
  std::size_t greeting_commands() const;
  void report_failure(const Error& error);

  const runtime::Executor executor;
  const Settings settings;
  TaskGroup tasks;
  std::vector<std::vector<std::string>> on_connect;
  std::vector<std::function<void(const Reply&)>> push_listeners;
  std::vector<std::function<void()>> lost_listeners;
  std::vector<std::function<void()>> connected_listeners;
  std::shared_ptr<Connection> connection;  // null: none
  runtime::Signal connected;
  runtime::Signal hurry;                                  // connect now
  Address address;                                        // of the server, as it was last located
  std::map<std::string_view, std::string> script_hashes;  // of this server
  int failures = 0;
};

std::string Client::State::greeting() const {
  std::vector<std::string_view> hello{"HELLO", "3"};
  if (!settings.password.empty())
    hello.insert(hello.end(), {"AUTH", settings.user, settings.password.reveal()});
  hello.insert(hello.end(), {"SETNAME", settings.client_name});
  std::string text = encoded(std::span<const std::string_view>(hello));
  if (settings.database != 0) text += encoded({"SELECT", std::to_string(settings.database)});
  for (const auto& words : on_connect) text += encoded(words);
  if (settings.role == ServerRole::primary) text += encoded({"ROLE"});
  return text;
}

std::size_t Client::State::greeting_commands() const {
  return 1 + on_connect.size() + (settings.database != 0 ? 1 : 0) +
         (settings.role == ServerRole::primary ? 1 : 0);
}

Awaitable<Result<Address>> Client::State::locate(Deadline deadline) {
  if (settings.locate) return settings.locate(deadline);
  return known_address();
}

Awaitable<Result<std::shared_ptr<Connection>>> Client::State::open() {
  const Deadline deadline = Deadline::after(settings.connect_timeout);
  Result<Address> found = co_await locate(deadline);
  if (!found) co_return fail(found);
  address = std::move(*found);
  net::ConnectOptions options{.host = address.host, .port = address.port, .tls = settings.tls};
  options.server_name = settings.server_name;
  options.verify_peer = settings.certificates == Certificates::verified;
  Result<net::Stream> stream = co_await net::connect(std::move(options), deadline);
  if (!stream) co_return fail(stream);
  auto opened = std::make_shared<Connection>(std::move(*stream), executor, settings);
  const Result<Reply> last = co_await opened->greet(greeting(), greeting_commands(), deadline);
  if (!last) co_return std::unexpected(explained(last.error()));
  if (settings.role == ServerRole::primary) {
    if (auto judged = judge_role(*last); !judged) co_return fail(judged);
  }
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
      if (settings.tls) (void)settings.tls->reload();  // a certificate may have been renewed
    }
    if (tasks.is_stopping()) co_return;
    const auto pause = settings.reconnect.delay(++failures, telemetry::fast_random01());
    const Deadline until = Deadline::after(pause);
    const Result<bool> woken = co_await hurry.wait(until);
    if (!woken) co_return;
  }
}

Awaitable<> Client::State::serve(std::shared_ptr<Connection> opened) {
  failures = 0;
  script_hashes.clear();
  connection = opened;
  tasks.spawn("redis-write", write(opened));
  connected.notify_all();
  for (const auto& listener : connected_listeners) listener();
  log::info("redis-connected", "connected to Redis",
            {log::field("server.address", address.host), log::field("server.port", address.port)});
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
            {log::field("server.address", settings.locate ? address.host : settings.host),
             log::field("server.port", settings.locate ? address.port : settings.port), log::field(error)});
}

Awaitable<Result<Reply>> Client::State::submit(std::string command, Asking asking, Deadline deadline) {
  const auto self = shared_from_this();
  if (!connection) co_return not_sent("redis_not_connected");
  const auto used = connection;
  if (asking == Asking::yes && !used->enqueue(encoded({"ASKING"}))) co_return not_sent("redis_busy");
  const auto pending = used->enqueue(command);
  if (!pending) co_return not_sent("redis_busy");
  const Deadline until = deadline.capped(settings.command_timeout);
  while (!pending->outcome) {
    const Result<bool> woken = co_await pending->answered.wait(until);
    if (pending->outcome) break;
    if (!woken) co_return fail(woken);
    if (until.is_over()) co_return fail(ErrorKind::timeout, "redis_timeout", {}, Origin::upstream);
  }
  auto outcome = std::move(*pending->outcome);
  // It was the primary and is not any more: whoever is now will be found on the way back.
  if (!outcome && outcome.error().reason == "redis_read_only") used->lose(outcome.error());
  co_return outcome;
}

Awaitable<Result<std::string>> Client::State::load_script(std::string_view script, Deadline deadline) {
  const auto known = script_hashes.find(script);
  if (known != script_hashes.end()) co_return known->second;
  const std::string_view words[] = {"SCRIPT", "LOAD", script};
  auto loaded = co_await submit(encoded(words), Asking::no, deadline);
  if (!loaded) co_return fail(loaded);
  script_hashes[script] = loaded->text;
  co_return std::move(loaded->text);
}

Awaitable<Result<Reply>> Client::State::run_script(Command command, Deadline deadline) {
  for (int attempt = 0;; ++attempt) {
    auto hash = co_await load_script(command.script, deadline);
    if (!hash) co_return fail(hash);
    command.words[1] = std::move(*hash);
    auto reply = co_await submit(encoded(command.words), asking_of(command), deadline);
    const bool forgotten = !reply && reply.error().reason == "redis_no_script";
    if (!forgotten || attempt > 0) co_return reply;
    script_hashes.erase(command.script);  // SCRIPT FLUSH, or another server behind the same name
  }
}

Awaitable<Result<Reply>> Client::State::run(Command command, Deadline deadline) {
  if (!command.script.empty()) return run_script(std::move(command), deadline);
  return submit(encoded(command.words), asking_of(command), deadline);
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

void Client::on_connected(std::function<void()> listener) {
  state_->connected_listeners.push_back(std::move(listener));
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

Awaitable<Result<Reply>> Client::run(Command command, Deadline deadline) {
  return state_->run(std::move(command), deadline);
}

void Client::reconnect() {
  const Error why(ErrorKind::unavailable, "redis_moved_away", {}, Origin::upstream);
  if (state_->connection) state_->connection->lose(why);
  state_->hurry.notify_all();
}

}  // namespace gatehouse::storage::redis
