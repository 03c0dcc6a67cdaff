// For tests: a payments service that keeps its promises (one effect per key, steps of one payment in a
// sequence) behind a network that does not. Its statement says what really happened to the money.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "services/orders/ports/payments.hpp"

namespace gatehouse::orders {

enum class Fault {
  none,
  unavailable,   // not sent
  lost_request,  // sent, may arrive later
  lost_reply,    // had its effect, the answer is lost
  outstanding,   // answered with "not known yet"; known at the next question
};

class FakePayments final : public Payments {
 public:
  bool declines_authorization = false;
  bool declines_capture = false;
  std::int64_t authorizes_less = 0;
  std::function<Fault()> next_fault = [] { return Fault::none; };

  struct Booked {
    int captures = 0;
    std::int64_t net = 0;  // captured less refunded
    friend bool operator==(const Booked&, const Booked&) = default;
  };
  std::map<std::string, Booked> statement;  // by order
  std::vector<std::string> calls;           // keys in the order of arrival, "find" for questions

  Awaitable<PaymentReply> authorize(PaymentRequest request) override {
    return send(std::move(request), &FakePayments::do_authorize);
  }
  Awaitable<PaymentReply> capture(PaymentRequest request) override {
    return send(std::move(request), &FakePayments::do_capture);
  }
  Awaitable<PaymentReply> cancel(PaymentRequest request) override {
    return send(std::move(request), &FakePayments::do_cancel);
  }
  Awaitable<PaymentReply> refund(PaymentRequest request) override {
    return send(std::move(request), &FakePayments::do_refund);
  }
  Awaitable<PaymentReply> find(PaymentRequest request) override {
    calls.push_back("find");
    const Fault fault = next_fault();
    if (fault == Fault::unavailable) co_return PaymentReply{PaymentReply::Kind::unavailable};
    if (fault != Fault::none) co_return PaymentReply{PaymentReply::Kind::unknown};
    const PaymentView* payment = find_now(request);
    co_return payment == nullptr ? PaymentReply{PaymentReply::Kind::missing} : view_of(*payment);
  }

  // What the network kept arrives after all, and everything else once more.
  void deliver_leftovers() {
    next_fault = [] { return Fault::none; };
    for (const auto& [request, step] : std::vector(sent_)) (this->*step)(request);
  }
  [[nodiscard]] bool holds_money() const {
    return std::ranges::any_of(
        payments_, [](const auto& payment) { return payment.second.status == PaymentStatus::authorized; });
  }
  [[nodiscard]] std::size_t payments() const { return payments_.size(); }

 private:
  using Step = PaymentReply (FakePayments::*)(const PaymentRequest&);

  Awaitable<PaymentReply> send(PaymentRequest request, Step step) {
    const Fault fault = next_fault();
    if (fault == Fault::unavailable) co_return PaymentReply{PaymentReply::Kind::unavailable};
    calls.push_back(request.idempotency_key);
    sent_.emplace_back(request, step);
    if (fault == Fault::lost_request) co_return PaymentReply{PaymentReply::Kind::unknown};
    PaymentReply reply = (this->*step)(request);
    if (fault == Fault::lost_reply) co_return PaymentReply{PaymentReply::Kind::unknown};
    if (fault == Fault::outstanding && reply.view) reply.view->status = PaymentStatus::processing;
    co_return reply;
  }

  static PaymentReply view_of(const PaymentView& payment) {
    if (payment.status == PaymentStatus::declined) {
      return {PaymentReply::Kind::declined, std::nullopt, payment.decline_code, payment.id};
    }
    return {PaymentReply::Kind::view, payment, {}, {}};
  }

  // The answer to a key that was seen before is the first one's, with the payment as it is now.
  PaymentReply once(const PaymentRequest& request, const std::function<PaymentReply()>& act) {
    const auto known = answers_.find(request.idempotency_key);
    if (known != answers_.end()) return known->second;
    PaymentReply reply = act();
    answers_.emplace(request.idempotency_key, reply);
    return reply;
  }

  PaymentReply do_authorize(const PaymentRequest& request) {
    return once(request, [&] {
      // Another key is another payment, for the same order or not.
      const std::size_t earlier = references_.count(request.order_id);
      const std::string suffix = earlier == 0 ? "" : "-" + std::to_string(earlier + 1);
      PaymentView payment{"pay_" + request.order_id + suffix, PaymentStatus::authorized, request.amount, 0,
                          ""};
      payment.amount.minor -= authorizes_less;
      if (declines_authorization) {
        payment.status = PaymentStatus::declined;
        payment.decline_code = "insufficient_funds";
      }
      payments_.emplace(payment.id, payment);
      references_.emplace(request.order_id, payment.id);
      return view_of(payment);
    });
  }

  PaymentReply do_capture(const PaymentRequest& request) {
    return once(request, [&]() -> PaymentReply {
      PaymentView& payment = payments_.at(request.payment_id.value());
      if (payment.status != PaymentStatus::authorized) return refused();
      if (declines_capture) return {PaymentReply::Kind::declined, std::nullopt, "expired_card", payment.id};
      payment.status = PaymentStatus::captured;
      payment.amount_captured = payment.amount.minor;
      statement[request.order_id].captures += 1;
      statement[request.order_id].net += payment.amount.minor;
      return view_of(payment);
    });
  }

  PaymentReply do_cancel(const PaymentRequest& request) {
    return once(request, [&]() -> PaymentReply {
      PaymentView& payment = payments_.at(request.payment_id.value());
      if (payment.status != PaymentStatus::authorized) return refused();
      payment.status = PaymentStatus::canceled;
      return view_of(payment);
    });
  }

  PaymentReply do_refund(const PaymentRequest& request) {
    return once(request, [&]() -> PaymentReply {
      PaymentView& payment = payments_.at(request.payment_id.value());
      if (payment.status != PaymentStatus::captured) return refused();
      payment.status = PaymentStatus::refunded;
      statement[request.order_id].net -= payment.amount_captured;
      return view_of(payment);
    });
  }

  const PaymentView* find_now(const PaymentRequest& request) const {
    const auto reference = references_.find(request.order_id);
    const auto by_id = request.payment_id ? payments_.find(*request.payment_id) : payments_.end();
    if (by_id != payments_.end()) return &by_id->second;
    return reference == references_.end() ? nullptr : &payments_.at(reference->second);
  }

  static PaymentReply refused() {
    return {PaymentReply::Kind::refused, std::nullopt, "illegal_transition", {}};
  }

  std::map<std::string, PaymentView> payments_;         // by id
  std::multimap<std::string, std::string> references_;  // order to payments
  std::map<std::string, PaymentReply> answers_;
  std::vector<std::pair<PaymentRequest, Step>> sent_;
};

}  // namespace gatehouse::orders
