#include "services/auth/stores.hpp"

#include "services/auth/adapters/mongo_email_index.hpp"
#include "services/auth/adapters/mongo_erasures.hpp"
#include "services/auth/adapters/mongo_people.hpp"
#include "services/auth/adapters/mongo_roles_attempts.hpp"
#include "services/auth/adapters/mongo_schema.hpp"
#include "services/auth/adapters/sqlite_email_index.hpp"
#include "services/auth/adapters/sqlite_people.hpp"
#include "services/auth/adapters/sqlite_roles_attempts.hpp"
#include "services/auth/adapters/sqlite_schema.hpp"

namespace gatehouse::auth {

namespace {

class SqliteStores final : public Stores {
 public:
  SqliteStores(storage::sqlite::Database database, BlockingPool& pool, PersonSealer sealer)
      : database_(std::move(database), pool),
        people_(database_, sealer),
        email_index_(database_, std::move(sealer)) {}
  PersonStore& people() override { return people_; }
  RoleStore& roles() override { return roles_; }
  AttemptStore& attempts() override { return attempts_; }
  storage::Rotatable& email_index() override { return email_index_; }
  // prepare_store() has done it.
  Awaitable<Result<void>> replay_erasures() override { co_return Result<void>{}; }
  Awaitable<Result<void>> probe() override { co_return Result<void>{}; }

 private:
  storage::sqlite::AsyncDatabase database_;
  SqlitePeople people_;
  SqliteEmailIndex email_index_;
  SqliteRoles roles_{database_};
  SqliteAttempts attempts_{database_};
};

class MongoStores final : public Stores {
 public:
  MongoStores(std::unique_ptr<storage::mongo::Client> client, PersonSealer sealer)
      : client_(std::move(client)),
        keys_(sealer.keys()),
        people_(*client_, sealer),
        email_index_(*client_, std::move(sealer)) {}
  PersonStore& people() override { return people_; }
  RoleStore& roles() override { return roles_; }
  AttemptStore& attempts() override { return attempts_; }
  storage::Rotatable& email_index() override { return email_index_; }
  Awaitable<Result<void>> replay_erasures() override { return auth::replay_erasures(*client_, keys_); }
  Awaitable<Result<void>> probe() override {
    auto work = [this](storage::mongo::Session& session) -> Result<void> {
      const auto answer = session.command({{"ping", 1}});
      if (!answer) return fail(answer);
      const auto key = keys_.store().find(kNobody);
      return key || key.error().kind == ErrorKind::not_found ? Result<void>{} : fail(key);
    };
    co_return co_await client_->run(std::move(work));
  }

 private:
  static constexpr std::string_view kNobody = "nobody";  // no realm: the subject of no person

  std::unique_ptr<storage::mongo::Client> client_;
  crypto::SubjectKeys keys_;
  MongoPeople people_;
  MongoEmailIndex email_index_;
  MongoRoles roles_{*client_};
  MongoAttempts attempts_{*client_};
};

Result<std::unique_ptr<Stores>> open_sqlite(service::Service& service, const SqliteSettings& settings,
                                            PersonSealer sealer) {
  auto database = storage::sqlite::Database::open(settings.file.string());
  if (!database) return fail(database);
  if (const auto prepared = prepare_store(*database, sealer.keys()); !prepared) return fail(prepared);
  return std::make_unique<SqliteStores>(std::move(*database), service.pool(), std::move(sealer));
}

Result<std::unique_ptr<Stores>> open_mongo(const storage::mongo::Options& options, PersonSealer sealer) {
  auto client = storage::mongo::Client::open(options, prepare_mongo);
  if (!client) return fail(client);
  return std::make_unique<MongoStores>(std::move(*client), std::move(sealer));
}

}  // namespace

Result<std::unique_ptr<Stores>> open_stores(service::Service& service, const StoreSettings& settings,
                                            PersonSealer sealer) {
  if (const auto* sqlite = std::get_if<SqliteSettings>(&settings))
    return open_sqlite(service, *sqlite, std::move(sealer));
  return open_mongo(std::get<storage::mongo::Options>(settings), std::move(sealer));
}

}  // namespace gatehouse::auth
