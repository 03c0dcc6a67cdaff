// Against a server that behaves as Vault documents (test_vault.hpp): there is no Vault to be had here.
#include "storage/vault/transit.hpp"

#include <gtest/gtest.h>

#include "runtime/worker.hpp"
#include "storage/vault/test_vault.hpp"

namespace gatehouse::storage::vault {
namespace {

namespace fs = std::filesystem;

class TransitTest : public testing::Test {
 protected:
  TransitTest() {
    write_token("hvs.first");
    options_.host = "localhost";
    options_.port = vault_.port;
    options_.key = "test";
    options_.token_file = directory_ / "token";
    options_.ca = vault_.certificates.ca;
  }
  ~TransitTest() override {
    static_cast<void>(get(vault_.stop()));
    fs::remove_all(directory_);
  }
  static fs::path make_directory() {
    auto path = fs::temp_directory_path() / ("gatehouse-vault-" + core::random_token(9));
    fs::create_directories(path);
    return path;
  }
  void write_token(const std::string& token) { std::ofstream(directory_ / "token") << token << '\n'; }
  template <class T>
  T get(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  static Deadline soon() { return Deadline::after(std::chrono::milliseconds{5'000}); }
  Result<std::string> encrypt(Transit& transit) {
    return get(transit.encrypt(Secret("a ring"), "context", soon()));
  }

  boost::asio::io_context io_;
  fs::path directory_ = make_directory();
  TestVault vault_{io_.get_executor(), directory_, core::SystemClock().now()};
  Options options_;
};

TEST_F(TransitTest, EncryptsUnderTheLatestVersionAndOpensOlderOnes) {
  Transit transit(options_);
  const std::string first = encrypt(transit).value();
  EXPECT_TRUE(first.starts_with("vault:v1:")) << first;
  ASSERT_TRUE(get(transit.rotate(soon())));
  EXPECT_EQ(version_of(encrypt(transit).value()), 2U);
  EXPECT_EQ(get(transit.decrypt(first, "context", soon()))->reveal(), "a ring");
  const KeyVersions versions = get(transit.versions(soon())).value();
  EXPECT_EQ(versions.latest, 2U);
  EXPECT_EQ(versions.min_decryption, 1U);

  EXPECT_EQ(get(transit.decrypt(first, "another context", soon())).error().reason, "vault_rejected");
  vault_.min_decryption = 2;
  const auto too_old = get(transit.decrypt(first, "context", soon()));
  EXPECT_EQ(too_old.error().reason, "vault_rejected");
  EXPECT_NE(too_old.error().detail.find("too old"), std::string::npos) << too_old.error().detail;
}

TEST_F(TransitTest, TriesAgainWhileVaultIsBusyOrSealedAndSaysSoWhenItStaysSo) {
  Transit transit(options_);
  vault_.fails = [](int request) { return request == 1 ? 429U : request == 2 ? 503U : 0U; };
  EXPECT_TRUE(encrypt(transit));
  EXPECT_EQ(vault_.requests, 3);
  vault_.fails = [](int) { return 503U; };
  const auto sealed = encrypt(transit);
  EXPECT_EQ(sealed.error().reason, "vault_unavailable");
  EXPECT_EQ(sealed.error().kind, ErrorKind::unavailable);
  EXPECT_NE(sealed.error().detail.find("sealed"), std::string::npos);
}

TEST_F(TransitTest, NoticesARenewedTokenAndRefusesAWrongOne) {
  Transit transit(options_);
  ASSERT_TRUE(encrypt(transit));
  vault_.token = "hvs.second";
  const auto refused = encrypt(transit);
  EXPECT_EQ(refused.error().reason, "vault_refused");
  EXPECT_EQ(refused.error().kind, ErrorKind::internal);
  EXPECT_EQ(refused.error().detail.find("hvs."), std::string::npos) << "no token in an error";
  write_token("hvs.second");
  EXPECT_TRUE(encrypt(transit)) << "an agent has written it anew";
  fs::remove(options_.token_file);
  EXPECT_EQ(encrypt(transit).error().reason, "vault_token_unreadable");
}

TEST_F(TransitTest, NamesTheNamespaceAndTrustsNoStranger) {
  vault_.space = "team-a";
  Transit outside(options_);
  EXPECT_EQ(encrypt(outside).error().reason, "vault_rejected");
  options_.space = "team-a";
  Transit inside(options_);
  EXPECT_TRUE(encrypt(inside));

  const fs::path strangers = make_directory();
  const test_peers::Certificates stranger(strangers, core::SystemClock().now());
  options_.ca = stranger.ca;
  Transit deceived(options_);
  const int before = vault_.requests;
  EXPECT_EQ(encrypt(deceived).error().reason, "vault_unavailable");
  EXPECT_EQ(vault_.requests, before) << "not a byte of it";
  options_.ca = strangers / "none.pem";
  Transit without(options_);
  EXPECT_EQ(encrypt(without).error().reason, "vault_tls");
  fs::remove_all(strangers);
}

TEST(VaultOptions, AreReadStrictly) {
  const struct {
    json::object settings;
    const char* wrong;  // "" for none
  } cases[] = {
      {{{"address", "https://vault:8200"}, {"key", "k"}, {"token_file", "t"}}, ""},
      {{{"address", "https://vault"}, {"key", "k"}, {"token_file", "/run/t"}, {"valid_for", "1h"}}, ""},
      {{{"address", "http://vault:8200"}, {"key", "k"}, {"token_file", "t"}}, "address"},
      {{{"address", "https://vault:x"}, {"key", "k"}, {"token_file", "t"}}, "address"},
      {{{"address", "https://vault/v1"}, {"key", "k"}, {"token_file", "t"}}, "address"},
      {{{"address", "https://vault"}, {"key", "../sys/seal"}, {"token_file", "t"}}, "key"},
      {{{"address", "https://vault"}, {"key", "k"}}, "token_file"},
      {{{"address", "https://vault"}, {"key", "k"}, {"token_file", "t"}, {"valid_for", "1s"}}, "valid_for"},
  };
  for (const auto& c : cases) {
    Fields fields{c.settings, "keys"};
    const Options options = Options::read(fields, "/secrets");
    const auto complete = fields.finish();
    EXPECT_EQ(complete.has_value(), std::string_view(c.wrong).empty()) << json::serialize(c.settings);
    if (!complete)
      EXPECT_NE(complete.error().detail.find(c.wrong), std::string::npos) << complete.error().detail;
    if (complete) EXPECT_EQ(options.host, "vault");
  }
}

TEST(VaultCiphertext, NamesItsVersion) {
  EXPECT_EQ(version_of("vault:v12:AAAA"), 12U);
  for (const char* text : {"", "vault:v", "vault:v1", "vault:v0:A", "vault:vx:A", "v1:A"}) {
    EXPECT_FALSE(version_of(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::storage::vault
