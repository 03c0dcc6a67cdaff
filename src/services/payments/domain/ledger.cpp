#include "services/payments/domain/ledger.hpp"

#include <cstdlib>

namespace gatehouse::payments {

LedgerEntry capture_entry(std::string attempt, const Money& amount, core::SystemTime at) {
  return {std::move(attempt),
          amount.currency,
          at,
          {{Account::provider_clearing, amount.minor}, {Account::merchant_payable, -amount.minor}}};
}

LedgerEntry refund_entry(std::string attempt, const Money& amount, core::SystemTime at) {
  return {std::move(attempt),
          amount.currency,
          at,
          {{Account::refunds, amount.minor}, {Account::provider_clearing, -amount.minor}}};
}

std::int64_t balance(const Ledger& ledger, Account account) {
  std::int64_t sum = 0;
  for (const LedgerEntry& entry : ledger) {
    for (const Leg& leg : entry.legs) {
      if (leg.account == account) sum += leg.minor;
    }
  }
  return sum;
}

std::int64_t imbalance(const Ledger& ledger) {
  std::int64_t found = 0;
  for (const LedgerEntry& entry : ledger) {
    std::int64_t sum = 0;
    for (const Leg& leg : entry.legs) sum += leg.minor;
    found += std::abs(sum);
  }
  return found;
}

std::string_view name_of(Account account) {
  switch (account) {
    case Account::provider_clearing:
      return "provider_clearing";
    case Account::merchant_payable:
      return "merchant_payable";
    case Account::refunds:
      return "refunds";
  }
  return "refunds";
}

}  // namespace gatehouse::payments
