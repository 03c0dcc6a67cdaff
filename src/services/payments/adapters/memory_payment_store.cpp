#include "services/payments/adapters/memory_payment_store.hpp"

#include <algorithm>

namespace gatehouse::payments {
namespace {

std::unexpected<Error> not_found() {
  return refuse(ErrorKind::not_found, "payment_not_found");
}

auto newness(const PaymentState& state) {
  return std::pair(state.created_at, std::string_view(state.id));
}

bool is_wanted(const PaymentState& state, const ListQuery& query) {
  if (query.owner && state.owner != *query.owner) return false;
  if (query.reference && state.reference != *query.reference) return false;
  return !query.after ||
         newness(state) < std::pair(query.after->created_at, std::string_view(query.after->id));
}

}  // namespace

Awaitable<Result<Created>> MemoryPaymentStore::create(Payment payment) {
  if (auto sound = payment.check_invariants(); !sound) co_return fail(sound);
  const std::string id = payment.state().id;
  const auto [at, is_new] = payments_.try_emplace(id, std::move(payment));
  co_return Created{.payment = at->second, .is_new = is_new};
}

Awaitable<Result<Payment>> MemoryPaymentStore::get(std::string id, Owner owner) {
  const auto found = payments_.find(id);
  if (found == payments_.end() || (owner && found->second.state().owner != *owner)) co_return not_found();
  co_return found->second;
}

Awaitable<Result<Payment>> MemoryPaymentStore::update(Payment payment, Change change) {
  const auto found = payments_.find(payment.state().id);
  if (found == payments_.end()) co_return not_found();
  if (found->second.state().version != payment.state().version)
    co_return refuse(ErrorKind::conflict, "version_conflict");
  payment.advance_version();
  if (auto done = change(payment); !done) co_return fail(done);
  if (auto sound = payment.check_invariants(); !sound) co_return fail(sound);
  found->second = payment;
  co_return payment;
}

Awaitable<Result<std::vector<Payment>>> MemoryPaymentStore::due(core::SystemTime now, std::size_t limit) {
  std::vector<Payment> found;
  for (const auto& [id, payment] : payments_) {
    if (const auto at = payment.next_check_at(); at && *at <= now) found.push_back(payment);
  }
  std::ranges::sort(found, {}, [](const Payment& payment) { return *payment.next_check_at(); });
  if (found.size() > limit) found.erase(found.begin() + static_cast<std::ptrdiff_t>(limit), found.end());
  co_return found;
}

Awaitable<Result<PaymentPage>> MemoryPaymentStore::list(ListQuery query) {
  PaymentPage page;
  for (const auto& [id, payment] : payments_) {
    if (is_wanted(payment.state(), query)) page.payments.push_back(payment);
  }
  std::ranges::sort(page.payments, std::greater{},
                    [](const Payment& payment) { return newness(payment.state()); });
  page.has_more = page.payments.size() > query.limit;
  if (page.has_more) {
    page.payments.erase(page.payments.begin() + static_cast<std::ptrdiff_t>(query.limit),
                        page.payments.end());
  }
  co_return page;
}

Awaitable<Result<std::int64_t>> MemoryPaymentStore::count_unknown() {
  co_return std::ranges::count_if(
      payments_, [](const auto& row) { return row.second.state().status == Status::unknown; });
}

}  // namespace gatehouse::payments
