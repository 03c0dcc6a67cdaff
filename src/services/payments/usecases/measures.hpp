// The figures of this service. Labels carry no ids.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "services/payments/domain/attempt.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::payments {

class Measures {
 public:
  Measures(Metrics& metrics, std::string_view provider);

  void attempt(const Outcome& outcome);
  void replay() { replays_.add(); }
  void unknown(std::int64_t payments) { unknown_.set(static_cast<double>(payments)); }
  // A write was refused because the books would not have balanced, or a verdict contradicted an earlier one.
  void broken_books() { imbalance_.add(); }

 private:
  std::map<std::string, telemetry::Counter*, std::less<>> attempts_;  // by verdict
  telemetry::Counter& replays_;
  telemetry::Gauge& unknown_;
  telemetry::Gauge& imbalance_;
};

}  // namespace gatehouse::payments
