// Concurrent callers of one key share one load: what protects a store when a hot entry of a cache expires.
// One per worker. A caller whose deadline passes leaves alone; when the one who loads is cancelled, another
// takes over.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"
#include "runtime/timer.hpp"

namespace gatehouse::resilience {

template <class T>
class SingleFlight {
 public:
  // `load() -> Awaitable<Result<T>>` runs in the first caller; the others get a copy of what it gave.
  // `timeout`/"shared_load_timeout" for a caller that waited in vain.
  template <class Load>
  [[nodiscard]] Awaitable<Result<T>> run(std::string key, Load load, Deadline deadline) {
    const auto flights = flights_;
    const runtime::Executor executor = co_await boost::asio::this_coro::executor;
    for (auto found = flights->find(key); found != flights->end(); found = flights->find(key)) {
      const std::shared_ptr<Flight> flight = found->second;
      const Result<bool> woken = co_await flight->landed.wait(deadline);
      if (flight->result && flight->result->has_value()) co_return *flight->result;
      if (flight->result && flight->result->error().kind != ErrorKind::cancelled) co_return *flight->result;
      if (!woken) co_return fail(woken);
      if (deadline.is_over()) co_return fail(ErrorKind::timeout, "shared_load_timeout");
    }
    Landing landing(flights, std::move(key), std::make_shared<Flight>(executor));
    Result<T> loaded = co_await load();
    landing.flight->result = loaded;
    co_return loaded;
  }

  [[nodiscard]] std::size_t in_flight() const { return flights_->size(); }
  [[nodiscard]] bool is_in_flight(const std::string& key) const { return flights_->contains(key); }

 private:
  struct Flight {
    explicit Flight(runtime::Executor executor) : landed(executor) {}
    runtime::Signal landed;
    std::optional<Result<T>> result;
  };
  using Flights = std::map<std::string, std::shared_ptr<Flight>>;

  // Ends the flight on every path, also when the loading coroutine is destroyed in the middle.
  struct Landing {
    Landing(std::shared_ptr<Flights> flights_, std::string key_, std::shared_ptr<Flight> flight_)
        : flights(std::move(flights_)), key(std::move(key_)), flight(std::move(flight_)) {
      flights->emplace(key, flight);
    }
    ~Landing() {
      flights->erase(key);
      flight->landed.notify_all();
    }
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;

    std::shared_ptr<Flights> flights;
    std::string key;
    std::shared_ptr<Flight> flight;
  };

  std::shared_ptr<Flights> flights_ = std::make_shared<Flights>();
};

}  // namespace gatehouse::resilience
