#include "telemetry/random.hpp"

#include <array>
#include <bit>
#include <cstdlib>
#include <sys/random.h>

namespace gatehouse::telemetry {
namespace {

// xoshiro256** 1.0 by David Blackman and Sebastiano Vigna (public domain): https://prng.di.unimi.it
class Xoshiro {
 public:
  Xoshiro() {
    if (getrandom(state_.data(), sizeof state_, 0) != static_cast<ssize_t>(sizeof state_)) std::abort();
    state_[0] |= 1;  // the all-zero state is the one it cannot leave
  }

  std::uint64_t next() noexcept {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace

std::uint64_t fast_random() noexcept {
  thread_local Xoshiro generator;
  return generator.next();
}

double fast_random01() noexcept {
  return static_cast<double>(fast_random() >> 11U) * 0x1.0p-53;  // 53 bits: all that a double in [0, 1) holds
}

}  // namespace gatehouse::telemetry
