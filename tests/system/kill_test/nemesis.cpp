#include "tests/system/kill_test/nemesis.hpp"

namespace gatehouse::tests::kill {

Nemesis::Nemesis(const RunningPlatform& platform, std::uint64_t seed, std::chrono::milliseconds mean)
    : platform_(platform), random_(seed), mean_(mean), thread_([this] { run(); }) {}

Nemesis::~Nemesis() {
  stop();
}

void Nemesis::stop() {
  is_stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Nemesis::run() {
  // Exponential, so that kills also come close together; bounded, so that none is waited for too long.
  std::exponential_distribution<double> wait(1.0 / static_cast<double>(mean_.count()));
  std::vector<std::string> round;
  while (!is_stopping_) {
    if (round.empty()) {  // everybody has a turn in each round, in an order of its own
      round.assign(std::begin(kVictims), std::end(kVictims));
      std::ranges::shuffle(round, random_);
    }
    const auto delay = std::min(wait(random_), static_cast<double>(mean_.count()) * 3);
    pause(std::chrono::milliseconds{static_cast<std::int64_t>(delay)});
    if (is_stopping_) return;
    if (platform_.kill_instance(round.back())) ++kills_[round.back()];
    round.pop_back();
  }
}

}  // namespace gatehouse::tests::kill
