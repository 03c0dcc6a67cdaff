// The provider's routes, and the place where it misbehaves: before the bank is asked, or after it.
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "provider_sim/bank.hpp"
#include "provider_sim/faults.hpp"
#include "service/router.hpp"

namespace gatehouse::provider_sim {

struct ApiLimits {
  std::chrono::milliseconds slow_token{5'000};  // what pm_card_slow waits
  std::size_t page_max = 1000;
};

class Api {
 public:
  Api(Bank& bank, const core::Clock& clock, ApiLimits limits = {})
      : bank_(bank), clock_(clock), limits_(limits) {}
  Api(const Api&) = delete;

  // This object must outlive the router.
  void add_routes(service::Router& router);
  // Takes up the faults that were set before the process died.
  [[nodiscard]] Awaitable<Result<void>> restore_faults();

 private:
  using Answered = Awaitable<Result<http::Response>>;
  // What a POST asks the bank for, once it is read.
  using Effect = std::function<Bank::Answered(BankRequest, const Verdict&, AnswerAs)>;

  [[nodiscard]] Answered create_charge(service::Call& call);
  [[nodiscard]] Answered capture_charge(service::Call& call);
  [[nodiscard]] Answered void_charge(service::Call& call);
  [[nodiscard]] Answered create_refund(service::Call& call);
  [[nodiscard]] Answered get_charge(service::Call& call);
  [[nodiscard]] Answered find_charges(service::Call& call);
  [[nodiscard]] Answered find_refunds(service::Call& call);
  [[nodiscard]] Answered statement(service::Call& call);
  [[nodiscard]] Answered get_control(service::Call& call);
  [[nodiscard]] Answered set_control(service::Call& call);

  [[nodiscard]] Answered execute(service::Call& call, std::string content, const TokenBehaviour* token,
                                 Effect effect);
  [[nodiscard]] Answered misbehave(BankRequest request, Verdict verdict, AnswerAs as, const Effect& effect);

  Bank& bank_;
  const core::Clock& clock_;
  ApiLimits limits_;
  FaultPlan plan_;
  std::set<std::string, std::less<>> busy_;  // keys in progress
};

[[nodiscard]] service::Policy policy();

}  // namespace gatehouse::provider_sim
