#include "tests/system/kill_test/checker.hpp"

#include <cstdlib>
#include <set>

#include <fmt/format.h>

namespace gatehouse::tests::kill {

namespace {

// Follows cursors to the end; `take` gets each element of "data".
template <class Take>
Result<void> read_list(demo::UserAgent& agent, std::string_view path, const Secret& token, Take take) {
  std::string cursor;
  for (;;) {
    std::string target = fmt::format("{}?limit=100", path);
    if (!cursor.empty()) target += "&cursor=" + core::percent_encode(cursor);
    const auto page = agent.ask(demo::get(std::move(target), token.reveal()), 200);
    if (!page) return fail(page);
    const auto document = json::parse(page->content);
    for (const json::value& element : document.at("data").as_array()) take(element);
    if (!document.at("has_more").as_bool()) return {};
    cursor = document.at("next_cursor").as_string();
  }
}

std::string text(const json::value& object, std::string_view name) {
  const json::value& value = object.at(name);
  return value.is_string() ? std::string(value.as_string()) : std::string();
}

Result<void> read_orders(const RunningPlatform& platform, Books& books) {
  const auto sam = platform.sign_in("sam");  // support sees everybody's orders
  if (!sam) return fail(sam);
  return read_list(*platform.through_https(), "/orders", sam->access, [&books](const json::value& found) {
    Order order{.status = text(found, "status"),
                .total = found.at("total").as_int64(),
                .payment = text(found, "payment_id"),
                .quantities = {}};
    for (const json::value& item : found.at("items").as_array())
      order.quantities[text(item, "sku")] += item.at("quantity").as_int64();
    books.orders[text(found, "id")] = std::move(order);
  });
}

Result<void> read_payments(const RunningPlatform& platform, Books& books) {
  const auto pia = platform.sign_in("pia");
  if (!pia) return fail(pia);
  return read_list(*platform.through_https(), "/payments", pia->access, [&books](const json::value& found) {
    books.payments[text(found, "id")] = {
        .status = text(found, "status"),
        .order = text(found, "reference"),
        .net = found.at("amount_captured").as_int64() - found.at("amount_refunded").as_int64()};
  });
}

Result<void> read_statement(const RunningPlatform& platform, Books& books) {
  const auto provider = platform.direct("provider-sim-1", "demo");
  std::int64_t after = 0;
  for (;;) {
    const auto page = provider->ask(demo::get(fmt::format("/v1/statement?after={}&limit=100", after)), 200);
    if (!page) return fail(page);
    const auto document = json::parse(page->content);
    for (const json::value& line : document.at("data").as_array()) {
      after = line.at("sequence").as_int64();
      books.statement.push_back({.type = text(line, "type"),
                                 .charge = text(line, "charge"),
                                 .payment = text(line, "payment_id"),
                                 .order = text(line, "reference"),
                                 .net = line.at("net").as_int64()});
    }
    if (!document.at("has_more").as_bool()) return {};
  }
}

bool is_finished(const Order& order) {
  return order.status == "confirmed" || order.status == "cancelled";
}
bool is_finished(const Payment& payment) {
  return payment.status != "unknown" && payment.status != "processing" && payment.status != "authorized";
}

// What the provider moved for each order.
struct Moved {
  std::set<std::string> charges;
  std::size_t captures = 0;
  std::int64_t captured = 0;
  std::int64_t net = 0;
};

std::map<std::string, Moved> moved_by_order(const Books& books) {
  std::map<std::string, Moved> moved;
  for (const Movement& line : books.statement) {
    Moved& of_order = moved[line.order];
    of_order.charges.insert(line.charge);
    of_order.net += line.net;
    if (line.type != "capture") continue;
    ++of_order.captures;
    of_order.captured += line.net;
  }
  return moved;
}

void judge_acknowledged(Verdict& verdict, const Books& books, const CustomerFigures& customers) {
  std::set<std::string> told;
  for (const Acknowledged& order : customers.acknowledged) {
    told.insert(order.id);
    const auto found = books.orders.find(order.id);
    if (found == books.orders.end()) ++verdict.lost;
    if (found != books.orders.end() && !is_finished(found->second)) ++verdict.unfinished;
  }
  for (const auto& [id, order] : books.orders) verdict.uninvited += told.contains(id) ? 0 : 1;
}

void judge_money(Verdict& verdict, const Books& books) {
  auto moved = moved_by_order(books);
  for (const auto& [id, order] : books.orders) {
    const Moved& of_order = moved[id];
    // A second authorisation holds the customer's money twice, even if it is never captured.
    const bool is_twice = of_order.charges.size() > 1 || of_order.captures > 1;
    if (is_twice || of_order.captured > order.total) ++verdict.charged_twice;
    if (order.status == "confirmed" && of_order.net < order.total) ++verdict.confirmed_unpaid;
    if (order.status == "cancelled" && of_order.net != 0) ++verdict.cancelled_paid;
    moved.erase(id);
  }
  verdict.orphan_charges = moved.size();

  std::set<std::string> held;
  for (const Movement& line : books.statement) {
    if (line.type == "authorization") held.insert(line.charge);
    if (line.type == "capture" || line.type == "void") held.erase(line.charge);
  }
  verdict.left_on_hold = held.size();

  std::map<std::string, std::int64_t> difference;
  for (const auto& [id, payment] : books.payments) difference[id] += payment.net;
  for (const Movement& line : books.statement) difference[line.payment] -= line.net;
  for (const auto& [id, minor] : difference) verdict.ledger_difference += std::abs(minor);
}

void judge_stock(Verdict& verdict, const Books& books, std::map<std::string, std::int64_t> before) {
  for (const auto& [id, order] : books.orders) {
    if (order.status == "cancelled") continue;
    for (const auto& [sku, quantity] : order.quantities) before[sku] -= quantity;
  }
  for (const auto& [sku, expected] : before) {
    const auto found = books.stock.find(sku);
    verdict.stock_difference += found == books.stock.end() ? expected : std::abs(found->second - expected);
  }
}

}  // namespace

std::size_t Books::unfinished() const {
  const auto is_open = [](const auto& entry) { return !is_finished(entry.second); };
  return static_cast<std::size_t>(std::ranges::count_if(orders, is_open) +
                                  std::ranges::count_if(payments, is_open));
}

std::vector<std::string> Books::open_payments() const {
  std::vector<std::string> open;
  for (const auto& [id, payment] : payments) {
    if (is_finished(payment)) continue;
    const auto order = orders.find(payment.order);
    open.push_back(fmt::format("{} is {}, its order {} is {}", id, payment.status, payment.order,
                               order == orders.end() ? "not there" : order->second.status));
  }
  return open;
}

Result<std::map<std::string, std::int64_t>> read_stock(const RunningPlatform& platform) {
  const auto products = platform.through_https()->ask(demo::get("/products"), 200);
  if (!products) return fail(products);
  const auto document = json::parse(products->content);
  std::map<std::string, std::int64_t> stock;
  for (const json::value& product : document.at("data").as_array())
    stock[text(product, "sku")] = product.at("available").as_int64();
  return stock;
}

Result<Books> read_books(const RunningPlatform& platform) {
  Books books;
  if (auto read = read_orders(platform, books); !read) return fail(read);
  if (auto read = read_payments(platform, books); !read) return fail(read);
  if (auto read = read_statement(platform, books); !read) return fail(read);
  auto stock = read_stock(platform);
  if (!stock) return fail(stock);
  books.stock = std::move(*stock);
  return books;
}

Result<Books> wait_for_quiescence(const RunningPlatform& platform, std::chrono::milliseconds limit) {
  const auto deadline = Deadline::after(limit);
  for (;;) {
    auto books = read_books(platform);
    const bool is_quiet = books && books->unfinished() == 0;
    if (is_quiet || deadline.is_over()) return books;
    pause(std::chrono::milliseconds{1'000});
  }
}

bool Verdict::is_clean() const {
  return lost + unfinished + uninvited + charged_twice + left_on_hold + confirmed_unpaid + cancelled_paid +
                 orphan_charges + complaints ==
             0 &&
         ledger_difference == 0 && stock_difference == 0;
}

Verdict judge(const Books& books, const CustomerFigures& customers,
              const std::map<std::string, std::int64_t>& stock_before) {
  Verdict verdict;
  verdict.complaints = customers.complaints.size();
  judge_acknowledged(verdict, books, customers);
  judge_money(verdict, books);
  judge_stock(verdict, books, stock_before);
  return verdict;
}

}  // namespace gatehouse::tests::kill
