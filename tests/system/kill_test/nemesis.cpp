#include "tests/system/kill_test/nemesis.hpp"

#include <algorithm>

#include "tests/harness/process.hpp"

namespace gatehouse::tests::kill {

namespace {

void set(std::atomic<bool>& flag) {
  flag = true;
  flag.notify_all();
}

}  // namespace

Nemesis::Nemesis(std::vector<Blow> blows, std::uint64_t seed, std::chrono::milliseconds mean)
    : blows_(std::move(blows)), random_(seed), mean_(mean), thread_([this] {
        try {
          strike_until_stopped();
        } catch (...) {
          failure_ = std::current_exception();
        }
        set(is_quiet_);
        is_over_.wait(false);
      }) {}

Nemesis::~Nemesis() {
  is_stopping_ = true;
  set(is_over_);
  thread_.join();
}

void Nemesis::stop() {
  is_stopping_ = true;
  is_quiet_.wait(false);
  if (failure_) std::rethrow_exception(failure_);
}

void Nemesis::strike_until_stopped() {
  // Exponential, so that blows also come close together; bounded, so that none is waited for too long.
  std::exponential_distribution<double> wait(1.0 / static_cast<double>(mean_.count()));
  std::vector<const Blow*> round;
  while (!blows_.empty()) {
    if (round.empty()) {  // each has its turn in each round, in an order of its own
      for (const Blow& blow : blows_) round.push_back(&blow);
      std::ranges::shuffle(round, random_);
    }
    const auto delay = std::min(wait(random_), static_cast<double>(mean_.count()) * 3);
    const std::chrono::milliseconds limit{static_cast<std::int64_t>(delay)};
    if (eventually(limit, [this] { return is_stopping_.load(); })) return;
    if (round.back()->strike()) ++struck_[round.back()->name];
    round.pop_back();
  }
}

}  // namespace gatehouse::tests::kill
