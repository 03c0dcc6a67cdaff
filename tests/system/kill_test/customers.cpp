#include "tests/system/kill_test/customers.hpp"

#include <thread>

#include <fmt/format.h>

namespace gatehouse::tests::kill {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view kProducts[] = {"kettle-copper",  "lamp-brass",    "lantern-iron", "mug-stoneware",
                                          "notebook-linen", "padlock-steel", "stool-oak",    "throw-wool"};
constexpr std::string_view kPeople[] = {"alice", "bob"};

bool may_be_sent_again(const Result<http::Reply>& reply) {
  return !reply || reply->status >= 500 || reply->status == 409 || reply->status == 429 ||
         reply->status == 408;
}

}  // namespace

// One customer: a thread with a connection, tokens and a part of the orders.
class Customers::Client {
 public:
  Client(Customers& all, std::size_t number)
      : all_(all),
        random_(all.options_.seed * 1'000 + number),
        person_(kPeople[number % std::size(kPeople)]),
        agent_(all.platform_.through_https()) {}

  void run() {
    std::size_t with_these_tokens = 0;
    for (std::size_t number = all_.next_++; number < all_.options_.orders; number = all_.next_++) {
      if (with_these_tokens++ % all_.options_.orders_per_token == 0) renew_tokens();
      place(number);
      rest(all_.options_.pace);
    }
    const std::lock_guard lock(all_.mutex_);
    CustomerFigures& sum = all_.figures_;
    sum.acknowledged.insert(sum.acknowledged.end(), mine_.acknowledged.begin(), mine_.acknowledged.end());
    sum.sent += mine_.sent;
    sum.sent_again += mine_.sent_again;
    for (const auto& [why, count] : mine_.reasons) sum.reasons[why] += count;
    sum.repeated += mine_.repeated;
    sum.cancel_tried += mine_.cancel_tried;
    sum.tokens_refreshed += mine_.tokens_refreshed;
    sum.logins += mine_.logins;
  }

 private:
  bool hits(unsigned per_mille) { return random_() % 1'000 < per_mille; }
  void rest(milliseconds about) {
    pause(milliseconds{about.count() / 2 +
                       static_cast<std::int64_t>(random_() % std::uint64_t(about.count() + 1))});
  }

  // A refresh whose answer was lost has used the token up: then the customer logs in again.
  void renew_tokens() {
    const auto until = Deadline::after(all_.options_.patience);
    while (!until.is_over()) {
      if (!places_) {
        auto places = all_.platform_.endpoints();
        if (places) places_ = std::move(*places);
      }
      if (places_ && !tokens_.refresh.empty()) {
        auto fresh = demo::refresh(*agent_, *places_, tokens_.refresh);
        tokens_ = fresh ? std::move(*fresh) : demo::Tokens{};
        if (fresh) ++mine_.tokens_refreshed;
        if (fresh) return;
      }
      if (places_ && log_in()) return;
      rest(milliseconds{400});
    }
    all_.complain(fmt::format("{} could not log in", person_));
  }

  bool log_in() {
    const auto password = demo::password_of(person_, all_.platform_.layout().credentials_file());
    if (!password) return false;
    auto fresh = demo::sign_in(*agent_, *places_, person_, *password);
    if (!fresh) return false;
    tokens_ = std::move(*fresh);
    ++mine_.logins;
    return true;
  }

  std::string_view card() {
    if (hits(80)) return "pm_card_declined";
    return hits(50) ? "pm_card_fails_before" : "pm_card_visa";
  }

  void place(std::size_t number) {
    const std::string key = fmt::format("kill-test-{:06}-{:06}", all_.options_.seed, number);
    const json::object body{{"items",
                             {{{"sku", kProducts[random_() % std::size(kProducts)]},
                               {"quantity", 1 + static_cast<std::int64_t>(random_() % 3)}}}},
                            {"payment_method", card()}};
    const auto id = insist(key, body);
    if (!id) return all_.complain(fmt::format("{} was never acknowledged", key));
    mine_.acknowledged.push_back({key, *id});
    ++all_.acknowledged_;
    if (hits(all_.options_.repeat_per_mille)) {
      ++mine_.repeated;
      const auto again = insist(key, body);
      if (again != id) all_.complain(fmt::format("{} is {} and {}", key, *id, again.value_or("nothing")));
    }
    if (hits(all_.options_.cancel_per_mille)) cancel(*id);
  }

  // The order's id, once it is acknowledged.
  std::optional<std::string> insist(const std::string& key, const json::object& body) {
    const auto until = Deadline::after(all_.options_.patience);
    for (bool is_first = true; !until.is_over(); is_first = false) {
      ++mine_.sent;
      if (!is_first) ++mine_.sent_again;
      const auto reply = agent_->send(demo::post_json("/orders", body, tokens_.access.reveal(), key));
      if (reply && reply->status == 201) return demo::text_at(*reply, "/id");
      ++mine_.reasons[reply ? std::to_string(reply->status) : std::string(reply.error().reason)];
      if (reply && reply->status == 401) {
        renew_tokens();
      } else if (!may_be_sent_again(reply)) {
        all_.complain(fmt::format("{}: {} {}", key, reply->status, reply->content));
        return std::nullopt;
      }
      rest(milliseconds{150});
    }
    return std::nullopt;
  }

  // Races with the payment: whichever comes first decides, and both ends are good.
  void cancel(const std::string& id) {
    ++mine_.cancel_tried;
    const auto seen = agent_->send(demo::get("/orders/" + id, tokens_.access.reveal()));
    if (!seen || seen->status != 200) return;
    http::Request request = demo::post_json("/orders/" + id + "/cancel", {}, tokens_.access.reveal());
    request.headers.add("If-Match", seen->headers.get("ETag"));
    (void)agent_->send(std::move(request));
  }

  Customers& all_;
  std::mt19937_64 random_;
  std::string person_;
  std::unique_ptr<demo::UserAgent> agent_;
  std::optional<demo::Endpoints> places_;
  demo::Tokens tokens_;
  CustomerFigures mine_;
};

void Customers::complain(std::string what) {
  const std::lock_guard lock(mutex_);
  figures_.complaints.push_back(std::move(what));
}

CustomerFigures Customers::run() {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < options_.clients; ++i)
    threads.emplace_back([this, i] { Client(*this, i).run(); });
  for (std::thread& thread : threads) thread.join();
  return std::move(figures_);
}

}  // namespace gatehouse::tests::kill
