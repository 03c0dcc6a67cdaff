// Refunds side by side, on a store whose reads and writes interleave in every order that a seed gives.
#include <random>

#include <boost/asio/post.hpp>

#include "runtime/task_group.hpp"
#include "services/payments/adapters/dynamodb_fixture.hpp"
#include "services/payments/usecases/payments_fixture.hpp"

namespace gatehouse::payments {
namespace {

using testing::mark;

// Lets the others run, a random number of times, before and after each step.
class Interleaved final : public PaymentStore {
 public:
  Interleaved(PaymentStore& inner, unsigned seed) : inner_(inner), random_(seed) {}

  Awaitable<Result<Created>> create(Payment payment) override {
    co_return co_await inner_.create(std::move(payment));
  }
  Awaitable<Result<Payment>> get(std::string id, Owner owner) override {
    co_await step_aside();
    auto result = co_await inner_.get(std::move(id), std::move(owner));
    co_await step_aside();
    co_return result;
  }
  Awaitable<Result<Payment>> update(Payment payment, Change change) override {
    co_await step_aside();
    auto result = co_await inner_.update(std::move(payment), std::move(change));
    co_await step_aside();
    co_return result;
  }
  Awaitable<Result<std::vector<Payment>>> due(core::SystemTime now, std::size_t limit) override {
    co_return co_await inner_.due(now, limit);
  }
  Awaitable<Result<PaymentPage>> list(ListQuery query) override {
    co_return co_await inner_.list(std::move(query));
  }
  Awaitable<Result<std::int64_t>> count_unknown() override { co_return co_await inner_.count_unknown(); }

 private:
  Awaitable<> step_aside() {
    const runtime::Executor executor = co_await boost::asio::this_coro::executor;
    for (auto times = random_() % 4; times > 0; --times)
      co_await boost::asio::post(executor, runtime::as_values);
  }
  PaymentStore& inner_;
  std::minstd_rand random_;
};

Awaitable<> refund_one(const Surroundings& around, Access access, std::string id, int number,
                       std::int64_t minor, int& accepted) {
  RefundCommand command{.payment_id = std::move(id), .minor = minor, .reason = ""};
  RequestMark request = mark("refund-" + std::to_string(number));
  const RefundPayment refund(around);
  auto reply =
      co_await refund.run(access, std::move(command), std::move(request), testing::Process::context());
  if (reply && reply->answer.status == 201) ++accepted;
}

// Twelve refunds of 150 side by side, of a payment of 1000.
void refund_side_by_side(PaymentStore& store) {
  core::ManualClock clock;
  MemoryProvider provider;
  testing::Process process(store, provider, clock, "payments-1#a");
  ASSERT_TRUE(process.create(mark("k1"), testing::order(CaptureMode::automatic, 1000)));
  const std::string id = payment_id_of(mark("k1"));

  int accepted = 0;
  runtime::TaskGroup tasks(testing::loop().get_executor());
  for (int i = 0; i < 12; ++i) {
    tasks.spawn("refund", refund_one(process.around, process.orders, id, i, 150, accepted));
  }
  ASSERT_TRUE(runtime::run_to_end(testing::loop(), tasks.join(Deadline::after(std::chrono::seconds{30}))));

  EXPECT_EQ(accepted, 6);
  EXPECT_EQ(provider.net(id), 100);
  const Payment payment = process.get(id);
  EXPECT_EQ(payment.state().refunded, 900);
  EXPECT_TRUE(payment.check_invariants());
}

TEST(ConcurrentRefunds, NeverExceedWhatWasCaptured) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MemoryPaymentStore memory;
    Interleaved store(memory, seed);
    refund_side_by_side(store);
  }
}

TEST(ConcurrentRefunds, NeverExceedWhatWasCapturedInDynamodb) {
  const auto store = testing::fresh_dynamodb_store(testing::loop());
  if (!store) GTEST_SKIP() << storage::dynamodb::TestServer::missing();
  refund_side_by_side(store->dynamodb);
}

}  // namespace
}  // namespace gatehouse::payments
