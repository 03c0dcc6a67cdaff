#include "bench/services/stage.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "tests/harness/or_throw.hpp"
#include "tests/harness/production_engines.hpp"

namespace gatehouse::bench {
namespace {

using storage::test_peers::CertificateFiles;
using tests::or_throw;
using tests::tls_of;

// As many that orders seldom meet: who wants the same product waits for the other's commit, in both services.
constexpr std::size_t kProducts = 200;
constexpr std::int64_t kStock = 100'000'000;
constexpr const char* kRegion = "eu-central-1";

std::string sku_of(std::size_t product) {
  return fmt::format("product-{:03}", product);
}

// Two different products.
std::string order_body(std::mt19937_64& random) {
  const std::size_t first = random() % kProducts;
  const std::size_t second = (first + 1 + random() % (kProducts - 1)) % kProducts;
  const json::object body{
      {"items", {{{"sku", sku_of(first)}, {"quantity", 1}}, {{"sku", sku_of(second)}, {"quantity", 2}}}},
      {"payment_method", "pm_card_visa"}};
  return json::serialize(body);
}

std::string payment_body(std::mt19937_64& random) {
  const json::object body{{"amount", 1999},
                          {"currency", "EUR"},
                          {"payment_method", "pm_card_visa"},
                          {"capture", "manual"},
                          {"reference", fmt::format("ord_{:016x}", random())}};
  return json::serialize(body);
}

std::filesystem::path well_stocked(const std::filesystem::path& directory) {
  json::array products;
  for (std::size_t i = 0; i < kProducts; ++i)
    products.push_back(json::object{{"sku", sku_of(i)},
                                    {"name", fmt::format("Product {}", i)},
                                    {"price", 1990},
                                    {"currency", "EUR"},
                                    {"stock", kStock}});
  const auto file = directory / "products.json";
  std::ofstream(file) << json::serialize(json::object{{"products", std::move(products)}});
  return file;
}

}  // namespace

Stage::Stage(EngineChoice engines, StageOptions options) : options_(std::move(options)) {
  if (engines == EngineChoice::remote) {
    postgres_.emplace(storage::postgres::TestServer::Commits::outlive_power_loss);
    postgres_->run("CREATE ROLE orders LOGIN");
    for (const std::string database : {"orders", "express"})
      postgres_->run(fmt::format("CREATE DATABASE {} OWNER orders", database));
    (void)postgres_->certificates().leaf(postgres_->directory(), "orders", {.common_name = "orders"},
                                         core::SystemClock().now());
    dynamodb_.emplace();
  }
  platform_.emplace(platform_options());
}

Stage::~Stage() {
  if (held_payments_ != 0) ::kill(held_payments_, SIGCONT);
}

std::string Stage::engine_of(std::string_view role) const {
  if (!postgres_) return "SQLite";
  return role == "orders" ? "PostgreSQL" : "DynamoDB (dynalite)";
}

tests::PlatformOptions Stage::platform_options() {
  // One saga at a time, which waits long: see hold_sagas().
  const json::object saga{{"runs_max", 1}, {"call_timeout", "600s"}, {"lease", "1200s"}};
  json::object orders{{"products", well_stocked(files_.path()).string()}, {"saga", saga}};
  json::object payments;
  if (postgres_) orders["store"] = store_of("orders");
  if (dynamodb_) payments["store"] = store_of("payments");
  return {.settings = {{"orders", std::move(orders)}, {"payments", std::move(payments)}}};
}

json::object Stage::store_of(std::string_view role) const {
  if (role == "payments") {
    const auto& certificates = dynamodb_->certificates();
    return {{"engine", "dynamodb"},
            {"endpoint", dynamodb_->endpoint()},
            {"region", kRegion},
            {"table", "payments"},
            {"create_table", true},
            {"tls", tls_of(certificates.ca, certificates.client)},
            {"credentials",
             {{"source", "static"},
              {"access_key_id", "AKIDEXAMPLE"},
              // Any secret of the role will do: this server compares no signatures.
              {"secret_access_key_file", "cursor.key"}}}};
  }
  const auto& directory = postgres_->directory();
  const CertificateFiles shown{directory / "orders.pem", directory / "orders-key.pem", {}};
  return {{"engine", "postgres"},
          {"hosts", json::array{json::object{{"host", "localhost"}, {"port", postgres_->port()}}}},
          {"database", "orders"},
          {"user", "orders"},
          {"tls", tls_of(postgres_->certificates().ca, shown)}};
}

json::object Stage::express_store_of(std::string_view role) const {
  json::object store{{"engine", "sqlite"}};
  if (postgres_) store = store_of(role);
  if (role == "orders") store["products"] = (files_.path() / "products.json").string();
  if (store.contains("hosts")) {
    store["port"] = postgres_->port();
    store["database"] = "express";
  }
  if (store.contains("table")) store["table"] = "express";
  return store;
}

Subject Stage::gatehouse(std::string_view role, Load load) const {
  const std::string instance = fmt::format("{}-1", role);
  load.target =
      or_throw(demo::https_target(platform_->layout().ca_file(), platform_->plan().plan_of(role).port,
                                  platform_->layout().instance_dir("gateway-1")));
  return {.name = "Gatehouse", .load = std::move(load), .service = platform_->pid_of(instance)};
}

Subject Stage::express(const std::string& role, const std::string& caller_role, Load load) {
  const auto& started = express_.emplace_back(
      std::make_unique<Express>(*platform_, ExpressOptions{.program = options_.express,
                                                           .role = role,
                                                           .caller_role = caller_role,
                                                           .store = express_store_of(role),
                                                           .keeps_tokens = options_.express_keeps_tokens}));
  load.target = or_throw(demo::https_target(platform_->layout().ca_file(), started->port(),
                                            platform_->layout().instance_dir("gateway-1")));
  return {.name = options_.express_keeps_tokens ? "Express, tokens kept" : "Express",
          .load = std::move(load),
          .service = started->pid()};
}

std::pair<Subject, Subject> Stage::orders() {
  customer_ = or_throw(platform_->sign_in("alice")).access.reveal();
  const std::string bob(or_throw(platform_->sign_in("bob")).access.reveal());
  hold_sagas();
  const Load load{.target = {},
                  .path = "/orders",
                  .bearers = {customer_, bob},
                  .body = order_body,
                  .connections = options_.connections,
                  .time = options_.time};
  auto both = std::pair{gatehouse("orders", load), express("orders", "customer", load)};
  if (postgres_) both.first.engine = both.second.engine = postgres_->pid();
  return both;
}

std::pair<Subject, Subject> Stage::payments() {
  const Load load{.target = {},
                  .path = "/payments",
                  .bearers = {or_throw(platform_->robot_token())},
                  .body = payment_body,
                  .connections = options_.connections,
                  .time = options_.time};
  auto both = std::pair{gatehouse("payments", load), express("payments", "payment", load)};
  if (dynamodb_) both.first.engine = both.second.engine = dynamodb_->pid();
  return both;
}

std::string Stage::place_order() const {
  std::mt19937_64 random{std::random_device{}()};
  const json::object body = json::parse(order_body(random)).as_object();
  const auto reply = or_throw(platform_->through_https()->ask(
      demo::post_json("/orders", body, customer_, "bench-services-" + std::to_string(random())), 201));
  return demo::text_at(reply, "/id").value_or("");
}

std::string Stage::status_of(const std::string& order) const {
  const auto reply = or_throw(platform_->through_https()->ask(demo::get("/orders/" + order, customer_), 200));
  return demo::text_at(reply, "/status").value_or("");
}

// Express's orders have no saga, so ours wait meanwhile: the only one that may run speaks, on a connection
// that is there already, to a payments service that is stopped.
void Stage::hold_sagas() {
  const std::string paid = place_order();
  if (!tests::eventually(std::chrono::seconds{30}, [&] { return status_of(paid) == "confirmed"; }))
    throw std::runtime_error("an order is not paid: " + platform_->complaints());
  held_payments_ = platform_->pid_of("payments-1");
  ::kill(held_payments_, SIGSTOP);
  held_order_ = place_order();
}

void Stage::check_sagas() const {
  if (!held_order_.empty() && status_of(held_order_) != "pending")
    throw std::runtime_error("sagas ran while orders were measured");
}

}  // namespace gatehouse::bench
