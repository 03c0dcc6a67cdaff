// The books of a payment: append-only entries, each of which balances. Corrections are new entries.
//
// A positive leg debits its account, a negative one credits it. A capture moves money from the provider's
// clearing account to what we owe the merchant; a refund moves it back through an account of its own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/money.hpp"

namespace gatehouse::payments {

enum class Account : std::uint8_t { provider_clearing, merchant_payable, refunds };

struct Leg {
  Account account;
  std::int64_t minor;
};

struct LedgerEntry {
  std::string attempt;  // provider key of the attempt that caused it
  Currency currency;
  core::SystemTime at;
  std::vector<Leg> legs;
};

using Ledger = std::vector<LedgerEntry>;

[[nodiscard]] LedgerEntry capture_entry(std::string attempt, const Money& amount, core::SystemTime at);
[[nodiscard]] LedgerEntry refund_entry(std::string attempt, const Money& amount, core::SystemTime at);

// The sum of all legs of one account.
[[nodiscard]] std::int64_t balance(const Ledger&, Account);
// What does not balance, in minor units, over all entries: 0 in sound books.
[[nodiscard]] std::int64_t imbalance(const Ledger&);

[[nodiscard]] std::string_view name_of(Account);

}  // namespace gatehouse::payments
