// Money: minor units in an int64 and an ISO 4217 currency. Never a floating-point number; arithmetic is
// checked.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace gatehouse::core {

class Currency {
 public:
  // Upper-case ISO 4217 code of a currency in use; `unknown_currency` otherwise.
  static Result<Currency> from_code(std::string_view code);

  [[nodiscard]] std::string_view code() const { return {code_, 3}; }
  [[nodiscard]] int exponent() const { return exponent_; }  // digits after the point: EUR 2, JPY 0, KWD 3
  friend bool operator==(const Currency& a, const Currency& b) { return a.code() == b.code(); }

 private:
  Currency(std::string_view code, int exponent);
  char code_[3];
  int exponent_;
};

// The largest amount that Gatehouse takes in one piece: twelve digits of minor units.
inline constexpr std::int64_t kAmountMax = 999'999'999'999;

struct Money {
  std::int64_t minor;
  Currency currency;

  friend bool operator==(const Money&, const Money&) = default;
};

// `currency_mismatch` or `amount_overflow` instead of a wrong sum.
[[nodiscard]] Result<Money> add(const Money&, const Money&);
[[nodiscard]] Result<Money> subtract(const Money&, const Money&);
[[nodiscard]] Result<Money> multiply(const Money&, std::int64_t factor);

// For people: "19.99 EUR", "500 JPY".
[[nodiscard]] std::string to_text(const Money&);

}  // namespace gatehouse::core

namespace gatehouse {
using core::Currency;
using core::Money;
}  // namespace gatehouse
