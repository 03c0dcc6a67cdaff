// Kills the process between any two of its dealings with the world, loses any of its messages and lets the
// customer cancel at any moment; then a new process takes over. Whatever the combination: an acknowledged
// order ends confirmed or cancelled, nobody pays twice or for nothing, and no unit of stock is lost.
#include <array>
#include <chrono>

#include <gtest/gtest.h>

#include "services/orders/usecases/mortal_process.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::orders {
namespace {

using runtime::run_to_end;
using std::chrono::seconds;

const Currency kEuro = Currency::from_code("EUR").value();
constexpr std::int64_t kInitialStock = 10;

// Of the pairs of moments, all; every seventh under a sanitizer, which makes each forty times as dear and
// shows nothing more for the rest.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GATEHOUSE_SANITIZED 1
#endif
#endif
#if defined(GATEHOUSE_SANITIZED)
constexpr int kStride = 7;
#else
constexpr int kStride = 1;
#endif

enum class Story { pays, card_declined, capture_declined, wrong_amount, always_cancelled_late };

struct Case {
  Story story = Story::pays;
  int kill_at = 0;
  int cancel_at = 0;
  Fault fault = Fault::none;
  int fault_at = 0;  // which message; 0: none

  friend void PrintTo(const Case& row, std::ostream* out) {
    *out << "story " << static_cast<int>(row.story) << ", killed at " << row.kill_at << ", cancelled at "
         << row.cancel_at << ", fault " << static_cast<int>(row.fault) << " at message " << row.fault_at;
  }
};

class Drama {
 public:
  explicit Drama(const Case& row) : row_(row) {
    std::vector<Product> products{{"cup", "A cup", {1'250, kEuro}, {kInitialStock, 0, 0}}};
    (void)run_to_end(world_.store.seed(std::move(products)));
    world_.payments.declines_authorization = row.story == Story::card_declined;
    world_.payments.declines_capture = row.story == Story::capture_declined;
    world_.payments.authorizes_less = row.story == Story::wrong_amount ? 1 : 0;
    world_.payments.next_fault = [this] { return ++messages_ == row_.fault_at ? row_.fault : Fault::none; };
    world_.fate.kill_at = row.kill_at;
    world_.fate.cancel_at = row.cancel_at;
    world_.fate.cancel = [this] { cancel_behind_its_back(); };
  }

  void play() {
    process_ = std::make_unique<Process>(world_);
    const StoredReply first = place_until_acknowledged();
    order_id_ = first.location.substr(std::string_view("/orders/").size());
    go_on_until_quiet();
    if (row_.story == Story::always_cancelled_late) {
      cancel_behind_its_back();
      go_on_until_quiet();
    }
    EXPECT_EQ(place_until_acknowledged(), first) << "the same key must lead to the same bytes";
    go_on_until_quiet();
  }

  void check() {
    auto before = world_.payments.statement;
    world_.payments.deliver_leftovers();
    EXPECT_EQ(before[order_id_], world_.payments.statement[order_id_]) << "a late message had an effect";
    const Order order = run_to_end(world_.store.get(order_id_, std::nullopt)).value();
    const auto booked = world_.payments.statement[order_id_];
    const Stock stock = run_to_end(world_.store.find("cup"))->product.stock;

    EXPECT_LE(booked.captures, 1) << "charged twice";
    EXPECT_LE(world_.payments.payments(), 1U);
    EXPECT_FALSE(world_.payments.holds_money());
    EXPECT_EQ(stock.available + stock.reserved + stock.sold, kInitialStock);
    EXPECT_EQ(stock.reserved, 0);
    EXPECT_EQ(run_to_end(world_.store.list({}))->orders.size(), 1U) << "one key made two orders";
    if (order.status == OrderStatus::confirmed) {
      EXPECT_EQ(booked.net, order.total.minor) << "confirmed but not paid";
      EXPECT_EQ(stock.sold, 2);
    } else {
      EXPECT_EQ(order.status, OrderStatus::cancelled);
      EXPECT_EQ(booked.net, 0) << "cancelled but paid";
      EXPECT_EQ(stock.sold, 0);
    }
    const auto& told = world_.told[order_id_];
    for (std::int64_t version = 1; version <= order.version; ++version) {
      EXPECT_NE(std::ranges::find(told, version), told.end()) << "version " << version << " was not told";
    }
    if (row_.story == Story::pays && row_.cancel_at == 0) EXPECT_EQ(order.status, OrderStatus::confirmed);
    if (row_.story != Story::pays) EXPECT_EQ(order.status, OrderStatus::cancelled);
  }

  [[nodiscard]] int dealings() const { return world_.fate.passed(); }
  [[nodiscard]] int messages() const { return messages_; }

 private:
  // As a client does: the same key again until there is an answer.
  StoredReply place_until_acknowledged() {
    for (;;) {
      PlaceOrderCommand command{"the key", "the print", {{"cup", 2}}, "pm_card_visa", ""};
      identity::Access access{{.subject = "alice"}, identity::Scope::own};
      try {
        auto placed = run_to_end(process_->io, process_->place.run(access, command));
        if (placed) return placed->reply;
        ADD_FAILURE() << placed.error().reason;
        return {};
      } catch (const Killed&) {
        start_anew();
      }
    }
  }

  // Another process's customer: in the middle of whatever this one does.
  void cancel_behind_its_back() {
    const auto page = run_to_end(world_.store.list({}));
    if (page->orders.empty()) return;
    const Order seen = page->orders.front();
    OrderChange change = [now = world_.clock.now()](Order& order, Saga& saga) -> Result<void> {
      const Result<void> requested = request_cancel(order, now);
      if (requested) reopen(saga, order, now);
      return requested;
    };
    (void)run_to_end(world_.store.update(seen.id, "alice", seen.version, world_.clock.now(), change));
  }

  void go_on_until_quiet() {
    for (int round = 0; round < 60; ++round) {
      live_a_moment();
      if (world_.fate.is_dead()) start_anew();
      world_.clock.advance(seconds{20});  // beyond every lease and wait
      const auto backlog = run_to_end(world_.store.backlog(world_.clock.now()));
      const auto pending = run_to_end(world_.store.pending());
      if (backlog->unfinished == 0 && *pending == 0) return;
      if (*pending > 0) world_.clock.advance(seconds{60});
    }
    ADD_FAILURE() << "never came to rest";
  }

  void live_a_moment() {
    try {
      (void)run_to_end(process_->io, process_->worker.settle(Deadline::after(seconds{5})));
      (void)run_to_end(process_->io, process_->worker.claim_due());
      (void)run_to_end(process_->io, process_->worker.settle(Deadline::after(seconds{5})));
      (void)run_to_end(process_->io, process_->relay.relay());
    } catch (const Killed&) {
      // Seen by is_dead().
    }
  }

  void start_anew() {
    process_ = nullptr;
    world_.fate.revive();
    process_ = std::make_unique<Process>(world_);
  }

  Case row_;
  World world_;
  int messages_ = 0;
  std::string order_id_;
  std::unique_ptr<Process> process_;
};

struct Length {
  int dealings = 0;
  int messages = 0;
};

Length play(const Case& row) {
  SCOPED_TRACE(testing::PrintToString(row));
  Drama drama(row);
  drama.play();
  drama.check();
  return {drama.dealings(), drama.messages()};
}

class CrashMatrix : public testing::TestWithParam<Story> {
 protected:
  CrashMatrix() { log::configure({.service = "orders-test", .level = log::Level::off}); }
};

TEST_P(CrashMatrix, AKillAtAnyPoint) {
  const Length whole = play({.story = GetParam()});
  ASSERT_GT(whole.dealings, 6);
  for (int kill_at = 1; kill_at <= whole.dealings && !HasFailure(); ++kill_at) {
    play({.story = GetParam(), .kill_at = kill_at});
  }
}

TEST_P(CrashMatrix, ACancelAndAKillAtAnyPoints) {
  const Length whole = play({.story = GetParam()});
  for (int cancel_at = 1; cancel_at <= whole.dealings; ++cancel_at) {
    const Length cancelled = play({.story = GetParam(), .cancel_at = cancel_at});
    for (int kill_at = 1 + cancel_at % kStride; kill_at <= cancelled.dealings && !HasFailure();
         kill_at += kStride) {
      play({.story = GetParam(), .kill_at = kill_at, .cancel_at = cancel_at});
    }
  }
}

TEST_P(CrashMatrix, ALostMessageAndAKillAtAnyPoints) {
  const Length whole = play({.story = GetParam()});
  for (const Fault fault : {Fault::unavailable, Fault::lost_request, Fault::lost_reply, Fault::outstanding}) {
    for (int fault_at = 1; fault_at <= whole.messages; ++fault_at) {
      const Length faulty = play({.story = GetParam(), .fault = fault, .fault_at = fault_at});
      for (int kill_at = 1 + fault_at % kStride; kill_at <= faulty.dealings && !HasFailure();
           kill_at += kStride) {
        play({.story = GetParam(), .kill_at = kill_at, .fault = fault, .fault_at = fault_at});
      }
    }
  }
}

TEST_P(CrashMatrix, ALostMessageACancelAndAKillAtAnyPoints) {
  for (const Fault fault : {Fault::unavailable, Fault::lost_request, Fault::lost_reply, Fault::outstanding}) {
    for (int fault_at = 1; fault_at <= 3; ++fault_at) {
      const Length faulty = play({.story = GetParam(), .fault = fault, .fault_at = fault_at});
      // Every second pair: the others show nothing more.
      for (int cancel_at = 1; cancel_at <= faulty.dealings; cancel_at += 2) {
        const int first = 1 + (cancel_at / 2 + fault_at) % (2 * kStride);
        for (int kill_at = first; kill_at <= faulty.dealings + 4 && !HasFailure(); kill_at += 2 * kStride) {
          play({.story = GetParam(),
                .kill_at = kill_at,
                .cancel_at = cancel_at,
                .fault = fault,
                .fault_at = fault_at});
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Stories, CrashMatrix,
                         testing::Values(Story::pays, Story::card_declined, Story::capture_declined,
                                         Story::wrong_amount, Story::always_cancelled_late));

}  // namespace
}  // namespace gatehouse::orders
