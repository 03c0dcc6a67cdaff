// Misbehaviour on request. Whether a request is hit follows from the seed, the fault, the idempotency key and
// how often that key was seen: the same seed gives the same faults, in whatever order requests arrive.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include <boost/json.hpp>

#include "core/result.hpp"

namespace gatehouse::provider_sim {

// Each rate is the share of requests that are hit, 0 to 1000 per mille.
struct Faults {
  std::int64_t decline = 0;
  std::int64_t fail_before = 0;  // 500 before anything happened; nothing is remembered
  std::int64_t fail_after = 0;   // 500 after the effect; remembered and repeated, as Stripe does
  std::int64_t drop_answer = 0;  // the connection closes after the effect
  std::int64_t delay = 0;
  std::chrono::milliseconds delay_time{0};
  std::int64_t seed = 1;

  static Result<Faults> from_json(const boost::json::object& object);
  [[nodiscard]] boost::json::object to_json() const;
};

// What is done to one request.
struct Verdict {
  bool declines = false;
  bool fails_before = false;
  bool fails_after = false;
  bool drops_answer = false;
  std::chrono::milliseconds delay{0};
  bool is_first_try = false;  // of its key
};

class FaultPlan {
 public:
  void set(Faults faults) { faults_ = faults; }
  [[nodiscard]] const Faults& faults() const { return faults_; }
  // Counts the request.
  [[nodiscard]] Verdict judge(std::string_view key);

 private:
  Faults faults_;
  std::unordered_map<std::string, std::uint32_t> seen_;
};

}  // namespace gatehouse::provider_sim
