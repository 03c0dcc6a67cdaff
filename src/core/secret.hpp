// A value that must not be seen: not printable, not comparable by accident, wiped when it goes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::core {

void wipe(std::string& text) noexcept;

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  ~Secret() { wipe(value_); }
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::exchange(other.value_, {})) {}
  Secret& operator=(Secret other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }

  // The one way out. Every call is a place to review: search for it.
  [[nodiscard]] std::string_view reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

// Personal data (RFC: GDPR Art. 4): may be stored encrypted and sent to its owner, never logged.
// It is a Secret by another name, so that a signature says which of the two it carries.
class Pii : public Secret {
 public:
  using Secret::Secret;
};

// Compares without revealing by its duration where the two differ (lengths may differ openly).
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

}  // namespace gatehouse::core

namespace gatehouse {
using core::Pii;
using core::Secret;
}  // namespace gatehouse
