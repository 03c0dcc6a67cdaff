#include "storage/redis/sentinel.hpp"

#include "core/text.hpp"
#include "runtime/timer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::redis {
namespace {

constexpr std::string_view kSwitched = "+switch-master";

std::unexpected<Error> no_sentinel(std::string detail) {
  return fail(ErrorKind::unavailable, "redis_no_sentinel", std::move(detail), Origin::upstream);
}

// [host, port], or null if no master of that name is watched.
Result<Address> address_in(const Reply& reply) {
  if (reply.elements.size() != 2) return no_sentinel("this master is not watched by the sentinel");
  const auto port = core::parse_int<std::uint16_t>(reply.elements[1].text);
  if (!port || *port == 0 || reply.elements[0].text.empty()) return no_sentinel("an address that is none");
  return Address{reply.elements[0].text, *port};
}

// {"message", "+switch-master", "<name> <old host> <old port> <new host> <new port>"}
bool tells_of_switch(const Reply& push, std::string_view master) {
  if (push.elements.size() != 3 || push.elements[1].text != kSwitched) return false;
  const auto name = core::cut(push.elements[2].text, ' ');
  return name && name->first == master;
}

}  // namespace

struct Sentinel::State : std::enable_shared_from_this<State> {
  State(runtime::Executor executor_, std::string master_)
      : executor(executor_), master(std::move(master_)), sentinel_connected(executor_) {}

  void listen_to(const Address& address, Settings each);
  void serve(Settings settings);
  Client* next_connected();
  Awaitable<Result<Address>> locate(Deadline deadline);
  static Awaitable<Result<Address>> ask(std::weak_ptr<State> weak, Deadline deadline);

  const runtime::Executor executor;
  const std::string master;
  std::vector<std::unique_ptr<Client>> sentinels;
  runtime::Signal sentinel_connected;
  std::unique_ptr<Client> server;
  std::size_t turn = 0;  // which sentinel is asked next
};

void Sentinel::State::listen_to(const Address& address, Settings each) {
  each.host = address.host;
  each.port = address.port;
  const auto& client = sentinels.emplace_back(std::make_unique<Client>(executor, std::move(each)));
  client->on_connect_send({"SUBSCRIBE", std::string(kSwitched)});
  const std::weak_ptr<State> weak = shared_from_this();
  client->on_connected([weak] {
    if (const auto self = weak.lock()) self->sentinel_connected.notify_all();
  });
  client->on_push([weak](const Reply& push) {
    const auto self = weak.lock();
    if (!self || !tells_of_switch(push, self->master)) return;
    log::info("redis-failover", "another server is the master now",
              {log::field("redis.master", self->master)});
    self->server->reconnect();
  });
}

void Sentinel::State::serve(Settings settings) {
  settings.role = ServerRole::primary;
  const std::weak_ptr<State> weak = shared_from_this();
  settings.locate = [weak](Deadline deadline) { return ask(weak, deadline); };
  server = std::make_unique<Client>(executor, std::move(settings));
}

Client* Sentinel::State::next_connected() {
  for (std::size_t i = 0; i < sentinels.size(); ++i) {
    Client& client = *sentinels[turn++ % sentinels.size()];
    if (client.is_connected()) return &client;
  }
  return nullptr;
}

Awaitable<Result<Address>> Sentinel::State::locate(Deadline deadline) {
  const auto self = shared_from_this();
  Client* sentinel = next_connected();
  while (sentinel == nullptr) {
    const Result<bool> woken = co_await sentinel_connected.wait(deadline);
    if (!woken) co_return fail(woken);
    sentinel = next_connected();
    if (sentinel == nullptr && deadline.is_over()) co_return no_sentinel("none can be reached");
  }
  const std::string_view words[] = {"SENTINEL", "get-master-addr-by-name", master};
  const Result<Reply> reply = co_await sentinel->command(words, deadline);
  if (!reply) co_return fail(reply);
  co_return address_in(*reply);
}

Awaitable<Result<Address>> Sentinel::State::ask(std::weak_ptr<State> weak, Deadline deadline) {
  const auto self = weak.lock();
  if (!self) co_return no_sentinel("stopped");
  co_return co_await self->locate(deadline);
}

Sentinel::Sentinel(runtime::Executor executor, const std::vector<Address>& sentinels, const Settings& each,
                   std::string master, Settings server)
    : state_(std::make_shared<State>(executor, std::move(master))) {
  for (const Address& address : sentinels) state_->listen_to(address, each);
  state_->serve(std::move(server));
}
Sentinel::~Sentinel() = default;

void Sentinel::on_connect_send(std::vector<std::string> words) {
  state_->server->on_connect_send(std::move(words));
}
void Sentinel::on_push(std::function<void(const Reply&)> listener) {
  state_->server->on_push(std::move(listener));
}
void Sentinel::on_lost(std::function<void()> listener) {
  state_->server->on_lost(std::move(listener));
}

void Sentinel::start() {
  for (const auto& sentinel : state_->sentinels) sentinel->start();
  state_->server->start();
}

Awaitable<bool> Sentinel::stop(Deadline deadline) {
  const auto state = state_;
  bool is_clean = co_await state->server->stop(deadline);
  for (const auto& sentinel : state->sentinels) is_clean &= co_await sentinel->stop(deadline);
  co_return is_clean;
}

bool Sentinel::is_connected() const {
  return state_->server->is_connected();
}

Awaitable<Result<void>> Sentinel::wait_until_connected(Deadline deadline) {
  return state_->server->wait_until_connected(deadline);
}

Awaitable<Result<Reply>> Sentinel::run(Command command, Deadline deadline) {
  return state_->server->run(std::move(command), deadline);
}

}  // namespace gatehouse::storage::redis
