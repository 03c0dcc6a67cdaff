#include "runtime/stop_signal.hpp"

#include <csignal>

#include <boost/asio/signal_set.hpp>

namespace gatehouse::runtime {

using SignalSet = boost::asio::basic_signal_set<Executor>;

struct StopSignal::State : std::enable_shared_from_this<StopSignal::State> {
  State(Executor executor, std::function<void()> on_stop_)
      : signals(executor, SIGTERM, SIGINT), on_stop(std::move(on_stop_)) {}

  SignalSet signals;
  std::function<void()> on_stop;

  void wait() {
    signals.async_wait([self = shared_from_this()](boost::system::error_code error, int /*signal*/) {
      if (error) return;
      self->on_stop();
      self->wait();
    });
  }
};

StopSignal::StopSignal(Executor executor, std::function<void()> on_stop)
    : state_(std::make_shared<State>(executor, std::move(on_stop))) {
  state_->wait();
}

StopSignal::~StopSignal() {
  boost::system::error_code ignored;
  state_->signals.cancel(ignored);
}

}  // namespace gatehouse::runtime
