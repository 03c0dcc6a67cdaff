// What a loop says of work that fails again and again: once, until the reason changes or it works again.
#pragma once

#include <string_view>

#include "core/result.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::orders {

class Complaint {
 public:
  explicit Complaint(telemetry::log::Literal action) : action_(action) {}

  template <class T>
  void note(const Result<T>& done) {
    const std::string_view reason = done ? std::string_view{} : done.error().reason;
    if (reason == reason_) return;
    reason_ = reason;
    if (done) {
      telemetry::log::info(action_, "works again");
    } else {
      telemetry::log::warn(action_, "will try again", {telemetry::log::field(done.error())});
    }
  }

 private:
  telemetry::log::Literal action_;
  std::string_view reason_;  // of the failure that was said; empty: it works
};

}  // namespace gatehouse::orders
