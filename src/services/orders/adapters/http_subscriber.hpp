// A subscriber in another role: each event is posted to it until it answers with a 2xx.
#pragma once

#include <string>

#include "services/orders/adapters/http_payments.hpp"
#include "services/orders/ports/subscriber.hpp"

namespace gatehouse::orders {

class HttpSubscriber final : public Subscriber {
 public:
  HttpSubscriber(std::string name, std::string path, CallPeer call_peer)
      : name_(std::move(name)), path_(std::move(path)), call_peer_(std::move(call_peer)) {}

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] Awaitable<Result<void>> tell(OrderEvent event, Deadline deadline) override;

 private:
  std::string name_;
  std::string path_;
  CallPeer call_peer_;
};

}  // namespace gatehouse::orders
