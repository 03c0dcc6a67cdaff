#include "bench/services/load.hpp"

#include <algorithm>

#include "core/ids.hpp"
#include "demo/user_agent.hpp"
#include "runtime/task_group.hpp"

namespace gatehouse::bench {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{10};  // for one answer

struct Clients {
  explicit Clients(const Load& load_)
      : load(load_), client(io.get_executor(), {.idle_per_target = load_.connections}) {}

  const Load& load;
  boost::asio::io_context io{1};
  http::Client client;
  std::mt19937_64 random{std::random_device{}()};
  Heard heard;
};

http::Request next_request(Clients& all, const std::string& bearer) {
  http::Request request{.method = "POST", .target = all.load.path};
  request.headers.add("Authorization", "Bearer " + bearer);
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Idempotency-Key", core::random_token(18));
  request.content = all.load.body(all.random);
  return request;
}

// At least one request, and no further one once the time is over.
Awaitable<> run_client(Clients& all, std::string bearer, Deadline until) {
  do {
    http::Request request = next_request(all, bearer);
    const auto start = steady_clock::now();
    const auto reply = co_await all.client.fetch(all.load.target, request, Deadline::after(kPatience));
    all.heard.millis.push_back(duration<double, std::milli>(steady_clock::now() - start).count());
    if (reply && reply->status == 201) {
      ++all.heard.created;
    } else {
      all.heard.others.push_back(reply ? fmt::format("{} {}", reply->status, reply->content)
                                       : fmt::format("{} {}", reply.error().reason, reply.error().detail));
    }
  } while (!until.is_over());
}

void run_all(Clients& all, Deadline until) {
  TaskGroup tasks(all.io.get_executor());
  for (std::size_t i = 0; i < all.load.connections; ++i)
    tasks.spawn("client", run_client(all, all.load.bearers[i % all.load.bearers.size()], until));
  (void)runtime::run_to_end(all.io, tasks.join(Deadline::never()));
}

}  // namespace

double Heard::percentile(double part) const {
  if (millis.empty()) return 0;
  return millis[static_cast<std::size_t>(part * static_cast<double>(millis.size() - 1))];
}

Heard drive(const Load& load, const std::function<void()>& on_warm) {
  Clients all(load);
  run_all(all, Deadline::after({}));
  const auto others = std::exchange(all.heard, {}).others;
  on_warm();
  const auto start = steady_clock::now();
  run_all(all, Deadline::after(load.time));
  all.heard.seconds = duration<double>(steady_clock::now() - start).count();
  all.heard.others.insert(all.heard.others.end(), others.begin(), others.end());
  std::ranges::sort(all.heard.millis);
  all.client.close_idle();
  return std::move(all.heard);
}

}  // namespace gatehouse::bench
