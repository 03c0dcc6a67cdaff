// A platform on one choice of engines, with the same two services on Express beside it, on the same engines.
#pragma once

#include <optional>

#include "bench/services/express.hpp"
#include "bench/services/load.hpp"
#include "storage/dynamodb/test_server.hpp"
#include "storage/postgres/test_server.hpp"

namespace gatehouse::bench {

struct StageOptions {
  std::filesystem::path express;  // see ExpressOptions
  std::size_t connections = 32;
  std::chrono::milliseconds time{4'000};  // of one round
  bool express_keeps_tokens = false;
};

// One service under load, and what it stands on.
struct Subject {
  std::string name;
  Load load;
  pid_t service = 0;
  pid_t engine = 0;  // 0: in the service's own process
};

enum class EngineChoice { embedded, remote };

class Stage {
 public:
  Stage(EngineChoice engines, StageOptions options);
  ~Stage();

  [[nodiscard]] std::string engine_of(std::string_view role) const;
  // Gatehouse's and Express's. Orders are placed, but not paid: see hold_sagas().
  [[nodiscard]] std::pair<Subject, Subject> orders();
  // Each is paid at the platform's provider simulator.
  [[nodiscard]] std::pair<Subject, Subject> payments();
  // Throws if an order was paid while orders were measured.
  void check_sagas() const;

 private:
  [[nodiscard]] tests::PlatformOptions platform_options();
  [[nodiscard]] json::object store_of(std::string_view role) const;
  [[nodiscard]] json::object express_store_of(std::string_view role) const;
  [[nodiscard]] Subject gatehouse(std::string_view role, Load load) const;
  [[nodiscard]] Subject express(const std::string& role, const std::string& caller_role, Load load);
  [[nodiscard]] std::string place_order() const;
  [[nodiscard]] std::string status_of(const std::string& order) const;
  void hold_sagas();

  StageOptions options_;
  tests::TemporaryDirectory files_;
  std::optional<storage::postgres::TestServer> postgres_;
  std::optional<storage::dynamodb::TestServer> dynamodb_;
  std::optional<tests::RunningPlatform> platform_;
  std::vector<std::unique_ptr<Express>> express_;
  std::string customer_;    // an access token
  std::string held_order_;  // the one whose saga waits
  pid_t held_payments_ = 0;
};

}  // namespace gatehouse::bench
