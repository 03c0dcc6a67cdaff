// The process dies at every step of every change, under every mood of the provider; the next process finishes
// what was begun, and the client repeats its request. Whatever happened: never two captures, books equal to
// the statement.
#include "services/payments/adapters/dynamodb_fixture.hpp"
#include "services/payments/usecases/payments_fixture.hpp"

namespace gatehouse::payments {
namespace {

using testing::mark;
using testing::order;
using testing::Process;
using Mood = MemoryProvider::Mood;

struct Crash {};  // thrown where the process dies: nothing catches it, nothing is written after it

// Counts the steps that touch the world, before and after each; dies at the chosen one.
struct Fuse {
  int dies_at = 0;
  int step = 0;
  void pass() {
    if (++step == dies_at) throw Crash{};
  }
};

class FragileStore final : public PaymentStore {
 public:
  FragileStore(PaymentStore& inner, Fuse& fuse) : inner_(inner), fuse_(fuse) {}
  Awaitable<Result<Created>> create(Payment payment) override {
    fuse_.pass();
    auto result = co_await inner_.create(std::move(payment));
    fuse_.pass();
    co_return result;
  }
  Awaitable<Result<Payment>> get(std::string id, Owner owner) override {
    fuse_.pass();
    co_return co_await inner_.get(std::move(id), std::move(owner));
  }
  Awaitable<Result<Payment>> update(Payment payment, Change change) override {
    fuse_.pass();
    auto result = co_await inner_.update(std::move(payment), std::move(change));
    fuse_.pass();
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
  PaymentStore& inner_;
  Fuse& fuse_;
};

class FragileProvider final : public PaymentProvider {
 public:
  FragileProvider(PaymentProvider& inner, Fuse& fuse) : inner_(inner), fuse_(fuse) {}
  std::string_view name() const override { return inner_.name(); }
  Result<void> accepts_new() const override { return inner_.accepts_new(); }
  Awaitable<Outcome> authorize(Instruction i, CallContext c) override {
    fuse_.pass();
    auto outcome = co_await inner_.authorize(std::move(i), c);
    fuse_.pass();
    co_return outcome;
  }
  Awaitable<Outcome> capture(Instruction i, CallContext c) override {
    fuse_.pass();
    auto outcome = co_await inner_.capture(std::move(i), c);
    fuse_.pass();
    co_return outcome;
  }
  Awaitable<Outcome> cancel(Instruction i, CallContext c) override {
    fuse_.pass();
    auto outcome = co_await inner_.cancel(std::move(i), c);
    fuse_.pass();
    co_return outcome;
  }
  Awaitable<Outcome> refund(Instruction i, CallContext c) override {
    fuse_.pass();
    auto outcome = co_await inner_.refund(std::move(i), c);
    fuse_.pass();
    co_return outcome;
  }
  Awaitable<Finding> look_up(Instruction i, CallContext c) override {
    fuse_.pass();
    auto finding = co_await inner_.look_up(std::move(i), c);
    fuse_.pass();
    co_return finding;
  }

 private:
  PaymentProvider& inner_;
  Fuse& fuse_;
};

const std::string kId = payment_id_of(mark("open"));

struct Flow {
  std::string name;
  std::function<void(Process&)> before;           // what came before, undisturbed
  std::function<Result<Reply>(Process&)> change;  // what is interrupted
  std::int64_t net_when_done;
  std::int64_t net_when_declined;
};

void open_payment(Process& process, CaptureMode mode) {
  ASSERT_EQ(process.create(mark("open"), order(mode))->answer.status, 201U);
}

std::vector<Flow> flows() {
  return {{"charge", [](Process&) {}, [](Process& p) { return p.create(mark("open"), order()); }, 1999, 0},
          {"authorize", [](Process&) {},
           [](Process& p) { return p.create(mark("open"), order(CaptureMode::manual)); }, 0, 0},
          {"capture", [](Process& p) { open_payment(p, CaptureMode::manual); },
           [](Process& p) { return p.capture(kId, mark("capture")); }, 1999, 0},
          {"cancel", [](Process& p) { open_payment(p, CaptureMode::manual); },
           [](Process& p) { return p.cancel(kId, mark("cancel")); }, 0, 0},
          {"refund", [](Process& p) { open_payment(p, CaptureMode::automatic); },
           [](Process& p) { return p.refund(kId, mark("refund"), 999); }, 1000, 1999}};
}

enum class After { client_repeats_first, worker_goes_first, same_instance_at_once };

// One life: the change dies at the step (or ends, if it has fewer), then everything comes back to rest.
// True if the process died.
bool live_and_die(PaymentStore& store, const Flow& flow, Mood mood, int dies_at, After after) {
  SCOPED_TRACE(flow.name + ", mood " + std::to_string(static_cast<int>(mood)) + ", dies at step " +
               std::to_string(dies_at) + ", then " + std::to_string(static_cast<int>(after)));
  core::ManualClock clock;
  MemoryProvider provider;
  Process before(store, provider, clock, "payments-0#a");
  flow.before(before);

  provider.behave(mood);
  if (mood == Mood::loses_after_effect) provider.lose_look_ups();
  Fuse fuse{.dies_at = dies_at};
  FragileStore fragile_store(store, fuse);
  FragileProvider fragile_provider(provider, fuse);
  bool died = false;
  {
    Process doomed(fragile_store, fragile_provider, clock, "payments-1#a");
    try {
      (void)flow.change(doomed);
    } catch (const Crash&) {
      died = true;
    }
  }

  if (mood != Mood::declines) provider.recover();
  clock.advance(after == After::same_instance_at_once ? std::chrono::seconds{2} : std::chrono::seconds{60});
  // The same instance, started again; its clock has hardly moved when it need not wait for another's claims.
  Process next(store, provider, clock, "payments-1#b");
  if (after == After::worker_goes_first) next.recover();
  const auto repeated = flow.change(next);
  const auto again = flow.change(next);
  next.recover();

  EXPECT_TRUE(repeated && again) << (repeated ? "" : repeated.error().reason);
  if (!repeated || !again) return died;
  EXPECT_EQ(repeated->answer, again->answer) << "a final answer never changes";
  EXPECT_EQ(again->kind, Reply::Kind::replayed);
  EXPECT_LE(provider.captures(kId), 1U);
  const Payment payment = next.get(kId);
  EXPECT_TRUE(payment.check_invariants());
  EXPECT_EQ(payment.state().captured - payment.state().refunded, provider.net(kId))
      << "books and statement agree";
  EXPECT_EQ(provider.net(kId), mood == Mood::declines ? flow.net_when_declined : flow.net_when_done);
  EXPECT_EQ(payment.refund_pending(), 0);
  for (const Attempt& attempt : payment.state().attempts) EXPECT_FALSE(attempt.is_open());
  return died;
}

TEST(CrashPoints, WhereverTheProcessDiesThePaymentIsFinishedOnce) {
  int lives = 0;
  for (const Flow& flow : flows()) {
    for (const Mood mood :
         {Mood::works, Mood::declines, Mood::loses_after_effect, Mood::loses_before_effect}) {
      for (const After after :
           {After::client_repeats_first, After::worker_goes_first, After::same_instance_at_once}) {
        int step = 1;
        for (bool died = true; died; ++step) {
          MemoryPaymentStore store;
          died = live_and_die(store, flow, mood, step, after);
          lives += died ? 1 : 0;
          if (::testing::Test::HasFailure()) return;
          ASSERT_LT(step, 50);
        }
        EXPECT_GE(step, 7) << "a change has at least five steps at which it can die";
      }
    }
  }
  EXPECT_GT(lives, 200);
}

// The same on the real thing, as far as there is time for it: a life takes a tenth of a second here.
TEST(CrashPoints, WhereverTheProcessDiesDynamodbHasItOnce) {
  const auto under_test = testing::fresh_dynamodb_store(testing::loop());
  if (!under_test) GTEST_SKIP() << storage::dynamodb::TestServer::missing();
  int lives = 0;
  for (const Flow& flow : flows()) {
    if (flow.name != "charge" && flow.name != "refund") continue;
    int step = 1;
    for (bool died = true; died; ++step) {
      died =
          live_and_die(under_test->dynamodb, flow, Mood::loses_after_effect, step, After::worker_goes_first);
      lives += died ? 1 : 0;
      if (::testing::Test::HasFailure()) return;
      under_test->forget(kId);
    }
  }
  EXPECT_GE(lives, 10);
}

TEST(CrashPoints, ARecoveryThatDiesIsRecoveredItself) {
  for (int dies_at = 1; dies_at < 12; ++dies_at) {
    core::ManualClock clock;
    MemoryPaymentStore store;
    MemoryProvider provider;
    provider.behave(Mood::loses_after_effect);
    provider.lose_look_ups();
    Process first(store, provider, clock, "payments-1#a");
    ASSERT_EQ(first.create(mark("open"), order())->answer.status, 202U);
    provider.recover();
    clock.advance(std::chrono::minutes{1});

    Fuse fuse{.dies_at = dies_at};
    FragileStore fragile_store(store, fuse);
    FragileProvider fragile_provider(provider, fuse);
    Process doomed(fragile_store, fragile_provider, clock, "payments-2#a");
    try {
      doomed.recover();
    } catch (const Crash&) {
    }
    clock.advance(std::chrono::minutes{1});
    first.recover();

    EXPECT_EQ(first.get(kId).state().status, Status::captured);
    EXPECT_EQ(provider.captures(kId), 1U);
  }
}

}  // namespace
}  // namespace gatehouse::payments
