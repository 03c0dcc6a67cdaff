#include "tests/harness/many_records.hpp"

#include <functional>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "crypto/digest.hpp"
#include "data_copy/canonical.hpp"
#include "data_copy/store.hpp"
#include "runtime/worker.hpp"
#include "service/keys/loaded_keys.hpp"
#include "services/auth/adapters/copied_people.hpp"
#include "services/auth/copying.hpp"
#include "services/orders/copying.hpp"
#include "services/payments/adapters/payment_content.hpp"
#include "services/payments/adapters/payment_item.hpp"
#include "services/payments/copying.hpp"
#include "supervisor/prepare.hpp"
#include "tests/harness/or_throw.hpp"

namespace gatehouse::tests {
namespace {

using data_copy::Record;
using Make = std::function<Record(std::size_t number)>;

constexpr std::size_t kPage = 1'000;
constexpr std::int64_t kBegan = 1'800'000'000'000'000;  // microseconds since 1970
constexpr std::size_t kPeople = 1'000;                  // who have placed the orders
constexpr std::string_view kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string order_id(std::size_t number) {
  return fmt::format("ord_{:012}", number);
}
std::string owner_of(std::size_t number) {
  return fmt::format("person-{:04}", number % kPeople);
}
std::int64_t time_of(std::size_t number) {
  return kBegan + static_cast<std::int64_t>(number) * 1'000;
}

Record product(std::size_t sold) {
  const json::object content{{"name", "A cup"},  {"price", 1'250}, {"currency", "EUR"},
                             {"available", 100}, {"reserved", 0},  {"sold", 2 * sold}};
  return {"cup", data_copy::canonical(content)};
}

Record order(std::size_t number) {
  const std::int64_t at = time_of(number);
  const std::string payment = fmt::format("pay_{:012}", number);
  json::array lines{json::object{{"sku", "cup"}, {"name", "A cup"}, {"quantity", 2}, {"unit_price", 1'250}}};
  json::object saga{{"step", "finished"},    {"asks_first", 0},  {"round", 1},
                    {"attempt", 0},          {"is_sent", 1},     {"payment_id", payment},
                    {"traceparent", kTrace}, {"created_at", at}, {"due_at", at},
                    {"holder", nullptr}};
  const json::object content{{"owner", owner_of(number)}, {"status", "confirmed"},
                             {"lines", std::move(lines)}, {"total", 2'500},
                             {"currency", "EUR"},         {"payment_method", "pm_card_visa"},
                             {"payment_id", payment},     {"failure", nullptr},
                             {"holding", "sold"},         {"created_at", at},
                             {"updated_at", at},          {"version", 2},
                             {"saga", std::move(saga)}};
  return {order_id(number), data_copy::canonical(content)};
}

// Numbered by owner first, as their keys sort.
Record idempotency_key(std::size_t number) {
  const std::string key = fmt::format("key-{:012}", number);
  const std::string owner = owner_of(number);
  const json::object content{{"owner", owner},
                             {"route", "POST /orders"},
                             {"key", key},
                             {"fingerprint", core::to_hex(crypto::sha256(key))},
                             {"status", 201},
                             {"location", "/orders/" + order_id(number)},
                             {"etag", "\"1\""},
                             {"body", fmt::format(R"({{"id":"{}"}})", order_id(number))},
                             {"created_at", time_of(number)}};
  return {owner + "\x1fPOST /orders\x1f" + key, data_copy::canonical(content)};
}

Record event(std::size_t number) {
  const std::int64_t at = time_of(number);
  const json::object content{{"id", fmt::format("evt_{:012}", number)},
                             {"order_id", order_id(number)},
                             {"order_version", 2},
                             {"status", "confirmed"},
                             {"skus", "cup"},
                             {"traceparent", kTrace},
                             {"occurred_at", at},
                             {"told", ""},
                             {"attempts", 1},
                             {"due_at", at},
                             {"is_delivered", 1}};
  return {data_copy::key_of(static_cast<std::int64_t>(number) + 1), data_copy::canonical(content)};
}

Record payment(std::size_t number) {
  const auto at = core::from_unix_micros(time_of(number));
  const std::string id = fmt::format("pay_{:012}", number);
  payments::NewPayment wanted{.id = id,
                              .owner = "service:orders",
                              .reference = order_id(number),
                              .amount = {2'500, Currency::from_code("EUR").value()},
                              .capture_mode = payments::CaptureMode::automatic,
                              .payment_method = Secret("pm_card_visa"),
                              .description = Pii("two cups")};
  auto opened =
      payments::Payment::open(std::move(wanted), {"scope-" + id, "print-" + id, std::string(kTrace)},
                              {"payments-1#a", at + std::chrono::seconds{10}}, at);
  or_throw(opened.conclude(id + "-charge-1", payments::Done{"ch_" + id, opened.state().amount}, at));
  opened.store_answer(id + "-charge-1", [&id](const payments::Payment&, const payments::Attempt&) {
    return payments::StoredAnswer{201, {{"etag", "\"1\""}}, fmt::format(R"({{"id":"{}"}})", id)};
  });
  return {payments::payment_item::created_key(at, id),
          data_copy::canonical(payments::content_of(opened.state()))};
}

std::string person_key(std::size_t number) {
  return fmt::format("gatehouse\nperson-{:012}", number);
}

auth::WrittenEvent written(std::size_t number, std::string action) {
  return {core::from_unix_micros(time_of(number)), {"service:orders", std::move(action), {"person"}}};
}

Record key_of_person(const crypto::Envelope& envelope, std::size_t number) {
  const std::string subject = fmt::format("gatehouse/person-{:012}", number);
  const auto made = or_throw(envelope.create(auth::record_name_of(subject)));
  return {subject, data_copy::canonical(json::object{{"wrapped", core::to_base64url(made.second)}})};
}

Record trail(std::size_t number) {
  const json::array events{auth::content_of(written(number, "person_created"))};
  return {person_key(number), data_copy::canonical(json::object{{"events", events}})};
}

Record person(std::size_t number) {
  const std::string name = fmt::format("person-{:012}", number);
  const auto at = core::from_unix_micros(time_of(number));
  const auth::Account account{.person = {.username = name,
                                         .email = Pii(name + "@example.test"),
                                         .first_name = Pii("Ada"),
                                         .last_name = Pii("Example"),
                                         .email_verified = true,
                                         .realm_roles = {"customer"},
                                         .created_at = at,
                                         .updated_at = at,
                                         .version = 2},
                              .password_hash = Secret("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA")};
  auto latest = auth::content_of(written(number, "person_updated"));
  return {person_key(number), data_copy::canonical(auth::content_of(account, std::move(latest), 1))};
}

Awaitable<> write(data_copy::Collection& collection, std::size_t records, const Make& make) {
  for (std::size_t first = 0; first < records; first += kPage) {
    std::vector<Record> page;
    for (std::size_t i = first; i < std::min(records, first + kPage); ++i) page.push_back(make(i));
    or_throw(co_await collection.write(std::move(page)));
  }
}

Awaitable<> fill_orders(data_copy::Store& store, std::size_t records) {
  const auto position = [records](std::size_t) {
    return Record{"position", data_copy::canonical(json::object{{"position", records}})};
  };
  const auto one_product = [records](std::size_t) { return product(records); };
  co_await write(*store.collections.at(0), 1, one_product);
  co_await write(*store.collections.at(1), records, order);
  co_await write(*store.collections.at(2), records, idempotency_key);
  co_await write(*store.collections.at(3), records, event);
  co_await write(*store.collections.at(4), 1, position);
}

Awaitable<> fill_people(data_copy::Store& store, const crypto::Envelope& envelope, std::size_t records) {
  const auto key = [&envelope](std::size_t number) { return key_of_person(envelope, number); };
  co_await write(*store.collections.at(0), records, key);
  co_await write(*store.collections.at(2), records, trail);
  co_await write(*store.collections.at(3), records, person);
}

Awaitable<Result<data_copy::Store>> open(const service::Config& config, const std::string& role,
                                         data_copy::Surroundings around) {
  using data_copy::Use;
  if (role == "orders") return orders::open_for_copy(config, Use::destination, around);
  if (role == "auth") return auth::open_for_copy(config, Use::destination, around);
  return payments::open_for_copy(config, Use::destination, around);
}

Awaitable<> fill(const service::Config& config, const std::string& role, std::size_t records,
                 data_copy::Surroundings around) {
  auto store = or_throw(co_await open(config, role, around));
  if (role == "orders") {
    co_await fill_orders(store, records);
  } else if (role == "auth") {
    const auto envelope = or_throw(co_await service::load_envelope(config, around.pool));
    co_await fill_people(store, envelope, records);
  } else {
    co_await write(*store.collections.at(0), records, payment);
  }
  if (store.close) co_await store.close();
}

}  // namespace

void fill_store(const supervisor::Platform& platform, const std::string& role, std::size_t records) {
  const supervisor::Instance first{.name = role + "-1", .role = role, .port = platform.plan_of(role).port};
  const auto config = or_throw(service::Config::from_json(supervisor::config_of(platform, first)));
  boost::asio::io_context io{1};
  BlockingPool pool("fill-store");
  telemetry::Metrics metrics;
  runtime::run_to_end(io, fill(config, role, records, {io.get_executor(), pool, metrics}));
}

}  // namespace gatehouse::tests
