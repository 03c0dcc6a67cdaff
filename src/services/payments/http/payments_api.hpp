// The routes of the payments service: from a call to a use case and back, nothing else.
#pragma once

#include <chrono>

#include "service/page_cursor.hpp"
#include "service/router.hpp"
#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

struct ApiLimits {
  std::size_t body_bytes_max = 16 * 1024;
  std::chrono::milliseconds change_time_max{12'000};  // for a change, the provider included
  std::chrono::milliseconds answer_margin{250};       // of the caller's time, kept for the way back
};

// `around` must outlive the router.
void add_payment_routes(service::Router& router, const Surroundings& around, service::PageCursor cursors,
                        ApiLimits limits = {});

}  // namespace gatehouse::payments
