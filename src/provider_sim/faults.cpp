#include "provider_sim/faults.hpp"

#include <fmt/format.h>

#include "core/fields.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::provider_sim {
namespace {

constexpr std::size_t kSeenMax = 200'000;  // keys remembered; then counting starts anew
constexpr core::IntRange kPerMille{.min = 0, .max = 1000};

// Uniform in 0..999, by digest: no state, so no order matters.
std::int64_t lot(std::int64_t seed, std::string_view fault, std::string_view key, std::uint32_t nth) {
  const std::string digest = crypto::sha256(fmt::format("{}/{}/{}/{}", seed, fault, nth, key));
  std::uint32_t number = 0;
  for (int i = 0; i < 4; ++i)
    number = number << 8 | static_cast<std::uint8_t>(digest[static_cast<std::size_t>(i)]);
  return number % 1000;
}

}  // namespace

Result<Faults> Faults::from_json(const json::object& object) {
  Fields fields{object};
  Faults faults;
  faults.decline = fields.optional_int("decline", 0, kPerMille);
  faults.fail_before = fields.optional_int("fail_before", 0, kPerMille);
  faults.fail_after = fields.optional_int("fail_after", 0, kPerMille);
  faults.drop_answer = fields.optional_int("drop_answer", 0, kPerMille);
  faults.delay_time = std::chrono::milliseconds{fields.optional_int("delay_ms", 0, {0, 60'000})};
  faults.delay = fields.optional_int("delay", faults.delay_time.count() > 0 ? 1000 : 0, kPerMille);
  faults.seed = fields.optional_int("seed", 1, {});
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return faults;
}

json::object Faults::to_json() const {
  return {{"decline", decline},
          {"fail_before", fail_before},
          {"fail_after", fail_after},
          {"drop_answer", drop_answer},
          {"delay", delay},
          {"delay_ms", delay_time.count()},
          {"seed", seed}};
}

Verdict FaultPlan::judge(std::string_view key) {
  if (seen_.size() >= kSeenMax) seen_.clear();
  const std::uint32_t nth = ++seen_[std::string(key)];
  const auto hits = [&](std::int64_t rate, std::string_view fault) {
    return rate > 0 && lot(faults_.seed, fault, key, nth) < rate;
  };
  Verdict verdict;
  // A decline is the card's, not the moment's: all tries of a key get the same.
  verdict.declines = faults_.decline > 0 && lot(faults_.seed, "decline", key, 0) < faults_.decline;
  verdict.fails_before = hits(faults_.fail_before, "fail_before");
  verdict.fails_after = hits(faults_.fail_after, "fail_after");
  verdict.drops_answer = hits(faults_.drop_answer, "drop_answer");
  if (hits(faults_.delay, "delay")) verdict.delay = faults_.delay_time;
  verdict.is_first_try = nth == 1;
  return verdict;
}

}  // namespace gatehouse::provider_sim
