#include "storage/redis/cluster.hpp"

#include <algorithm>
#include <map>

#include "runtime/task_group.hpp"
#include "runtime/timer.hpp"
#include "storage/redis/slot_map.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::redis {
namespace {

constexpr std::chrono::milliseconds kStopTime{1'000};
constexpr std::chrono::milliseconds kTryAgainPause{10};

Settings settings_at(Settings settings, const Address& address) {
  settings.host = address.host;
  settings.port = address.port;
  return settings;
}

struct Node {
  Node(runtime::Executor executor, const Address& address_, const Settings& each)
      : address(address_), client(executor, settings_at(each, address_)) {}
  const Address address;
  Client client;
};

Awaitable<> retire(std::shared_ptr<Node> node) {
  (void)co_await node->client.stop(Deadline::after(kStopTime));
}

}  // namespace

struct Cluster::State : std::enable_shared_from_this<State> {
  State(runtime::Executor executor_, std::vector<Address> seeds_, Settings each_, ClusterLimits limits_)
      : executor(executor_),
        seeds(std::move(seeds_)),
        each(std::move(each_)),
        limits(limits_),
        tasks(executor_),
        changed(executor_),
        refresh_wanted(executor_) {}

  Awaitable<> keep_map();
  Awaitable<> refresh();
  void adopt(SlotMap fresh);
  void learn(const Redirect& redirect);
  void open_owners();
  void want_refresh();
  void tell_lost();
  std::shared_ptr<Node> node_at(const Address& address);
  std::shared_ptr<Node> node_for(const Command& command);
  std::shared_ptr<Node> any_connected();
  bool is_connected() const;
  Awaitable<Result<Reply>> run(Command command, Deadline deadline);
  Awaitable<std::shared_ptr<Node>> follow(const Error& error, std::shared_ptr<Node> asked, Command& command,
                                          Deadline deadline);

  const runtime::Executor executor;
  const std::vector<Address> seeds;
  const Settings each;
  const ClusterLimits limits;
  TaskGroup tasks;
  std::vector<std::vector<std::string>> on_connect;
  std::vector<std::function<void(const Reply&)>> push_listeners;
  std::vector<std::function<void()>> lost_listeners;
  std::map<std::string, std::shared_ptr<Node>> nodes;  // by address
  SlotMap slots;
  std::vector<std::shared_ptr<Node>> owners;  // of slots
  runtime::Signal changed;                    // a node connected, or the map is another
  runtime::Signal refresh_wanted;
  bool is_refresh_wanted = false;
  std::size_t turn = 0;  // which node is asked next
};

void Cluster::State::tell_lost() {
  for (const auto& listener : lost_listeners) listener();
}

void Cluster::State::want_refresh() {
  is_refresh_wanted = true;
  refresh_wanted.notify_all();
}

std::shared_ptr<Node> Cluster::State::node_at(const Address& address) {
  auto& node = nodes[address.text()];
  if (node) return node;
  node = std::make_shared<Node>(executor, address, each);
  for (const auto& words : on_connect) node->client.on_connect_send(words);
  const std::weak_ptr<State> weak = shared_from_this();
  node->client.on_push([weak](const Reply& push) {
    const auto self = weak.lock();
    if (!self) return;
    for (const auto& listener : self->push_listeners) listener(push);
  });
  node->client.on_lost([weak] {
    const auto self = weak.lock();
    if (!self) return;
    self->tell_lost();
    self->want_refresh();
  });
  node->client.on_connected([weak] {
    if (const auto self = weak.lock()) self->changed.notify_all();
  });
  node->client.start();
  return node;
}

std::shared_ptr<Node> Cluster::State::any_connected() {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto& node = std::next(nodes.begin(), static_cast<std::ptrdiff_t>(turn++ % nodes.size()))->second;
    if (node->client.is_connected()) return node;
  }
  return nullptr;
}

std::shared_ptr<Node> Cluster::State::node_for(const Command& command) {
  if (command.key.empty()) return any_connected();
  const Address* owner = slots.owner(hash_slot(command.key));
  return owner == nullptr ? nullptr : node_at(*owner);
}

bool Cluster::State::is_connected() const {
  return !owners.empty() &&
         std::ranges::all_of(owners, [](const auto& owner) { return owner->client.is_connected(); });
}

Awaitable<> Cluster::State::keep_map() {
  const auto self = shared_from_this();
  for (;;) {
    is_refresh_wanted = false;
    co_await refresh();
    const Result<void> slept = co_await runtime::sleep_for(limits.refresh_pause);
    if (!slept) co_return;
    if (is_refresh_wanted || !is_connected()) continue;
    const Deadline until = Deadline::after(limits.refresh_every);
    const Result<bool> woken = co_await refresh_wanted.wait(until);
    if (!woken) co_return;
  }
}

Awaitable<> Cluster::State::refresh() {
  auto node = any_connected();
  if (!node) {
    for (const Address& seed : seeds) node_at(seed);
    const Deadline until = Deadline::after(limits.refresh_pause);
    (void)co_await changed.wait(until);
    node = any_connected();
  }
  if (!node) co_return;
  const std::string_view words[] = {"CLUSTER", "SLOTS"};
  const Result<Reply> reply = co_await node->client.command(words);
  Result<SlotMap> fresh = reply ? SlotMap::from_reply(*reply, node->address.host) : fail(reply);
  if (fresh && !fresh->owners().empty()) co_return adopt(std::move(*fresh));
  log::warn("redis-cluster", "a node does not tell who owns which slot",
            {log::field("server.address", node->address.text()),
             log::field(fresh ? Error(ErrorKind::unavailable, "redis_cluster_down") : fresh.error())});
}

void Cluster::State::open_owners() {
  owners.clear();
  for (const Address& owner : slots.owners()) owners.push_back(node_at(owner));
}

void Cluster::State::adopt(SlotMap fresh) {
  const bool is_first = slots.owners().empty();
  const bool is_other = fresh != slots;
  slots = std::move(fresh);
  open_owners();
  std::erase_if(nodes, [this](const auto& entry) {
    if (std::ranges::find(owners, entry.second) != owners.end()) return false;
    tasks.spawn("redis-retire", retire(entry.second));
    return true;
  });
  if (is_other && !is_first) tell_lost();
  if (is_other) {
    log::info("redis-cluster", "who owns which slot is known", {log::field("nodes", slots.owners().size())});
  }
  changed.notify_all();
}

void Cluster::State::learn(const Redirect& redirect) {
  const Address* known = slots.owner(redirect.slot);
  if (known != nullptr && *known == redirect.to) return;
  slots.assign(redirect.slot, redirect.to);
  open_owners();
  tell_lost();  // what the new owner told before we listened to it
  want_refresh();
}

// Where to try again after this error; null: nowhere.
Awaitable<std::shared_ptr<Node>> Cluster::State::follow(const Error& error, std::shared_ptr<Node> asked,
                                                        Command& command, Deadline deadline) {
  command.is_asking = false;
  if (const auto redirect = parse_redirect(error.detail, asked->address.host)) {
    command.is_asking = redirect->kind == Redirect::Kind::ask;
    if (redirect->kind == Redirect::Kind::moved) learn(*redirect);
    auto next = node_at(redirect->to);
    const Deadline until = deadline.capped(each.connect_timeout);
    (void)co_await next->client.wait_until_connected(until);  // if it is not, the command says so
    co_return next;
  }
  if (error.reason == "redis_try_again") {  // the keys of one script are between two nodes
    (void)co_await runtime::sleep_for(kTryAgainPause);
    co_return deadline.is_over() ? nullptr : node_for(command);
  }
  if (error.kind == ErrorKind::unavailable) want_refresh();
  co_return nullptr;
}

Awaitable<Result<Reply>> Cluster::State::run(Command command, Deadline deadline) {
  const auto self = shared_from_this();
  auto node = node_for(command);
  for (int sent = 0; node; ++sent) {
    Result<Reply> reply = co_await node->client.run(command, deadline);
    if (reply || sent == limits.redirects_max) co_return reply;
    auto next = co_await follow(reply.error(), node, command, deadline);
    if (!next) co_return reply;
    node = std::move(next);
  }
  want_refresh();
  Error nobody(ErrorKind::unavailable, "redis_not_connected", "the owner of the slot is not known",
               Origin::upstream);
  nobody.safe_to_retry = true;
  co_return std::unexpected(std::move(nobody));
}

Cluster::Cluster(runtime::Executor executor, std::vector<Address> seeds, Settings each, ClusterLimits limits)
    : state_(std::make_shared<State>(executor, std::move(seeds), std::move(each), limits)) {}
Cluster::~Cluster() = default;

void Cluster::on_connect_send(std::vector<std::string> words) {
  state_->on_connect.push_back(std::move(words));
}
void Cluster::on_push(std::function<void(const Reply&)> listener) {
  state_->push_listeners.push_back(std::move(listener));
}
void Cluster::on_lost(std::function<void()> listener) {
  state_->lost_listeners.push_back(std::move(listener));
}

void Cluster::start() {
  state_->tasks.spawn("redis-cluster", state_->keep_map());
}

Awaitable<bool> Cluster::stop(Deadline deadline) {
  const auto state = state_;
  bool is_clean = true;
  const auto nodes = state->nodes;
  for (const auto& [address, node] : nodes) is_clean &= co_await node->client.stop(deadline);
  co_return co_await state->tasks.stop(deadline) && is_clean;
}

bool Cluster::is_connected() const {
  return state_->is_connected();
}

Awaitable<Result<void>> Cluster::wait_until_connected(Deadline deadline) {
  const auto state = state_;
  while (!state->is_connected()) {
    const Result<bool> woken = co_await state->changed.wait(deadline);
    if (!woken) co_return fail(woken);
    if (deadline.is_over() && !state->is_connected()) {
      co_return fail(ErrorKind::unavailable, "redis_not_connected", {}, Origin::upstream);
    }
  }
  co_return Result<void>{};
}

Awaitable<Result<Reply>> Cluster::run(Command command, Deadline deadline) {
  return state_->run(std::move(command), deadline);
}

}  // namespace gatehouse::storage::redis
