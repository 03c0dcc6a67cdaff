// For tests: payment stores on a real server of DynamoDB's protocol, over mutual TLS; a table for each.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "runtime/worker.hpp"
#include "services/payments/adapters/dynamodb_payment_store.hpp"
#include "services/payments/ports/payment_store_under_test.hpp"
#include "storage/dynamodb/options.hpp"
#include "storage/dynamodb/test_server.hpp"

namespace gatehouse::payments::testing {

// What a role would read from its settings.
inline storage::dynamodb::Options dynamodb_options(const storage::dynamodb::TestServer& server,
                                                   std::string table) {
  storage::dynamodb::Options options;
  options.endpoint = storage::dynamodb::Endpoint::parse(server.endpoint()).value();
  options.region = "eu-central-1";
  options.table = std::move(table);
  options.tls = {.certificate = server.certificates().client.certificate.string(),
                 .key = server.certificates().client.key.string(),
                 .ca = server.certificates().ca.string()};
  options.when_missing = storage::dynamodb::WhenMissing::create;
  return options;
}

struct DynamodbStore final : contract::StoreUnderTest {
  DynamodbStore(boost::asio::io_context& loop, const storage::dynamodb::Options& options,
                crypto::Envelope keys)
      : io(loop),
        envelope(std::move(keys)),
        http(loop.get_executor(), {}),
        client(http, options.client().value(),
               std::make_unique<storage::dynamodb::FixedCredentials>(credentials()), clock, metrics),
        table(client, options.table),
        dynamodb(table, envelope, options.call_timeout) {}

  static storage::dynamodb::Credentials credentials() {
    return {.access_key_id = "AKIDEXAMPLE",
            .secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            .session_token = {},
            .expires_at = {}};
  }
  static crypto::Envelope fresh_envelope() {
    return crypto::Envelope(std::make_shared<const crypto::KeyRing>(
        crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value()));
  }
  // Makes the table.
  Result<void> prepare() {
    auto prepared =
        runtime::run_to_end(io, storage::dynamodb::prepare(table, DynamodbPaymentStore::shape(),
                                                           storage::dynamodb::WhenMissing::create,
                                                           Deadline::after(std::chrono::seconds{20})));
    if (prepared) dynamodb.set_ready();
    return prepared;
  }
  // As if it had never been. The store itself cannot: nothing that has to do with money is deleted.
  void forget(const std::string& id) {
    boost::json::object request{{"TableName", table.name()}, {"Key", {{"id", {{"S", id}}}}}};
    const auto gone = runtime::run_to_end(
        io, client.call("DeleteItem", std::move(request), Deadline::after(std::chrono::seconds{5})));
    if (!gone) throw std::runtime_error(gone.error().detail);
  }
  PaymentStore& store() override { return dynamodb; }
  void restart() override { server().restart(); }

  // One for all tests of a program. Throws if there is none to start: ask TestServer::missing() first.
  static storage::dynamodb::TestServer& server() {
    static storage::dynamodb::TestServer server;
    return server;
  }

  boost::asio::io_context& io;
  crypto::Envelope envelope;
  core::SystemClock clock;
  Metrics metrics;
  http::Client http;
  storage::dynamodb::Client client;
  storage::dynamodb::Table table;
  DynamodbPaymentStore dynamodb;
};

// On a table of its own; null if no server can be had here.
inline std::unique_ptr<DynamodbStore> fresh_dynamodb_store(boost::asio::io_context& io) {
  static std::atomic<int> tables = 0;
  if (!storage::dynamodb::TestServer::missing().empty()) return nullptr;
  const auto options = dynamodb_options(DynamodbStore::server(), "payments-" + std::to_string(++tables));
  auto store = std::make_unique<DynamodbStore>(io, options, DynamodbStore::fresh_envelope());
  const auto prepared = store->prepare();
  if (!prepared) throw std::runtime_error(prepared.error().detail);
  return store;
}

}  // namespace gatehouse::payments::testing
