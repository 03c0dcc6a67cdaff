// The guided purchase, unchanged, on the production profile: every role twice that may run twice, on
// PostgreSQL, FerretDB, dynalite, Redis and Consul, all over TLS. And what is left of it in raw files.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "supervisor/durable_file.hpp"
#include "tests/harness/production_engines.hpp"

namespace gatehouse::tests {
namespace {

namespace fs = std::filesystem;

// Lines "<word> in <file>" for what stands in the files below `directory`, but for those below `apart`.
std::vector<std::string> traces(const fs::path& directory, const std::vector<std::string>& words,
                                const std::vector<fs::path>& apart = {}) {
  std::vector<std::string> lines;
  for (auto entry = fs::recursive_directory_iterator(directory); entry != fs::end(entry); ++entry) {
    if (std::ranges::find(apart, entry->path()) != apart.end()) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      std::ifstream file(entry->path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      for (const std::string& word : words) {
        if (bytes.find(word) != std::string::npos)
          lines.push_back(fmt::format("{} in {}", word, entry->path().string()));
      }
    }
  }
  return lines;
}

// What nobody may read of the people in the realm file: addresses and names. Usernames are in clear by
// design. A short name is looked for within the full one only: three letters turn up in any ciphertext. So
// is Admin, which the platform's own words contain.
std::vector<std::string> words_of_people() {
  const fs::path source = std::getenv("GATEHOUSE_SOURCE");
  const auto realm =
      core::parse_json_object(supervisor::read_file(source / "config" / "realm.json").value()).value();
  std::vector<std::string> words;
  for (const json::value& user : realm.at("users").as_array()) {
    if (!user.as_object().contains("email")) continue;  // a machine
    const std::string first(user.at("firstName").as_string());
    const std::string last(user.at("lastName").as_string());
    words.emplace_back(user.at("email").as_string());
    words.push_back(first + " " + last);
    for (const std::string& name : {first, last}) {
      if (name.size() >= 5 && name != "Admin") words.push_back(name);
    }
  }
  return words;
}

class ProductionProfile : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (const std::string missing = ProductionEngines::missing(); !missing.empty())
      GTEST_SKIP() << "SKIPPED: missing " << missing;
    engines_ = std::make_unique<ProductionEngines>();
    platform_ = std::make_unique<RunningPlatform>(engines_->platform());
    ProductionEngines::count_requests(*platform_);
  }
  static void TearDownTestSuite() {
    platform_.reset();
    engines_.reset();
  }

  static void buy() {
    const Outcome outcome = platform_->gatehouse({"demo"}, std::chrono::seconds{60});
    ASSERT_EQ(outcome.code, 0) << outcome.output << platform_->complaints();
    EXPECT_NE(outcome.output.find("All 14 steps went as they should."), std::string::npos) << outcome.output;
  }
  // Somebody looks at her own account: a read that goes through the cache.
  static void look_at_oneself() {
    const auto alice = platform_->sign_in("alice").value();
    ASSERT_TRUE(platform_->through_https()->ask(demo::get("/users/me", alice.access.reveal()), 200));
  }
  static fs::path role_file(std::string_view role, std::string_view name) {
    return platform_->layout().role_dir(role) / name;
  }
  static std::size_t keys_in_redis(std::string_view pattern) {
    return engines_->ask_redis({"KEYS", pattern}).elements.size();
  }
  // As support sees it.
  static http::Reply newest_order() {
    const auto sam = platform_->sign_in("sam").value();
    return platform_->through_https()->ask(demo::get("/orders?limit=1", sam.access.reveal()), 200).value();
  }

  static std::unique_ptr<ProductionEngines> engines_;
  static std::unique_ptr<RunningPlatform> platform_;
};

std::unique_ptr<ProductionEngines> ProductionProfile::engines_;
std::unique_ptr<RunningPlatform> ProductionProfile::platform_;

TEST_F(ProductionProfile, ServesTheGuidedPurchaseOnItsEngines) {
  buy();
  look_at_oneself();
  for (const auto* role : {"auth", "payments", "orders", "auth-server", "gateway"}) {
    EXPECT_GT(platform_->pid_of(std::string(role) + "-1"), 0) << role;
    EXPECT_GT(platform_->pid_of(std::string(role) + "-2"), 0) << role;
  }
  EXPECT_EQ(platform_->pid_of("registry-1"), 0) << "Consul is in its place";
  EXPECT_FALSE(fs::exists(role_file("auth", "store.db")));
  EXPECT_FALSE(fs::exists(role_file("payments", "payments.db")));
  EXPECT_FALSE(fs::exists(role_file("orders", "orders.db")));
  EXPECT_FALSE(fs::exists(role_file("gateway", "gateway.db")));
  EXPECT_FALSE(fs::exists(role_file("auth-server", "auth-server.db")));
  EXPECT_GT(keys_in_redis("gatehouse:auth:*"), 0U);
  EXPECT_GT(keys_in_redis("gatehouse:orders:*"), 0U);
  EXPECT_GT(keys_in_redis("ratelimit:*"), 0U);
}

TEST_F(ProductionProfile, LeavesNobodysNameAddressOrPaymentMethodInAnyFile) {
  engines_->flush_redis();  // what comes after it is too young to expire
  buy();
  look_at_oneself();
  const http::Reply bought = newest_order();
  const std::string order = demo::text_at(bought, "/data/0/id").value();
  const std::string payment = demo::text_at(bought, "/data/0/payment_id").value();
  const auto files = engines_->raw_files();

  // What is in clear by design is found: so would the rest be.
  const std::map<std::string, std::vector<std::string>> in_clear{
      {"PostgreSQL", {order, payment, "kettle-copper", "gatehouse-orders", "storefront"}},
      {"MongoDB", {"\"alice\"", "\"pia\""}},
      {"DynamoDB", {payment, order}},
      {"Redis", {"gatehouse:auth:", "gatehouse:orders:", "ratelimit:"}}};
  for (const auto& [engine, words] : in_clear) {
    for (const std::string& word : words)
      EXPECT_FALSE(traces(files.at(engine), {word}).empty()) << word << " in " << engine;
  }
  EXPECT_FALSE(traces(platform_->data() / "logs", {order}).empty());

  std::vector<std::string> hidden = words_of_people();
  ASSERT_GT(hidden.size(), 10U);
  hidden.emplace_back("pm_card_visa");
  for (const auto& [engine, directory] : files)
    EXPECT_EQ(traces(directory, hidden), std::vector<std::string>{}) << engine;

  // Signing keys are sealed; the server's own, for TLS, lies beside its data.
  EXPECT_EQ(traces(files.at("PostgreSQL") / "data", {"PRIVATE KEY"}), std::vector<std::string>{});

  std::vector<fs::path> apart{platform_->layout().credentials_file()};
  for (const auto& plan : platform_->plan().roles)
    apart.push_back(platform_->layout().secrets_dir(plan.role));
  EXPECT_EQ(traces(platform_->data(), words_of_people(), apart), std::vector<std::string>{});
  // The bank's own books know what was charged.
  apart.push_back(platform_->layout().role_dir("provider-sim"));
  EXPECT_EQ(traces(platform_->data(), {"pm_card_visa"}, apart), std::vector<std::string>{});
}

}  // namespace
}  // namespace gatehouse::tests
