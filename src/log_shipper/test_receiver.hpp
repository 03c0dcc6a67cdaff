// For tests: a server that does what Elasticsearch's documentation says of `create` in a _bulk request, over
// TLS: an id that is there is refused with 409, each item has its own status. It is not Elasticsearch, of
// which no package is at hand; VictoriaLogs, with which the whole platform is tried, fails no single item.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"
#include "http/problem.hpp"
#include "http/server.hpp"
#include "storage/test_peers/certificates.hpp"

namespace gatehouse::log_shipper {

class TestReceiver final : public http::Handler {
 public:
  TestReceiver(runtime::Executor executor, const std::filesystem::path& directory)
      : certificates(directory, core::SystemClock().now()), server_(executor, *this, {}) {
    net::TlsFiles files{.certificate = certificates.server.certificate, .key = certificates.server.key};
    auto tls = net::ServerTls::load(std::move(files), net::ClientCertificate::none);
    port = server_.listen({.address = "127.0.0.1", .port = 0, .tls = std::move(tls.value())}).value();
  }
  [[nodiscard]] Awaitable<bool> stop() {
    return server_.stop(Deadline::after(std::chrono::milliseconds{1'000}));
  }

  storage::test_peers::Certificates certificates;
  std::uint16_t port = 0;
  std::string authorization;                   // what a request must show; empty: nothing
  std::size_t items_max = 100'000;             // more in one request: 413
  std::function<unsigned(int request)> fails;  // a status for the whole request, 0: none
  std::function<unsigned(const std::string& line)> fails_item;
  std::function<bool(int request)> loses_answer;  // it is taken, and the connection breaks
  int requests = 0;
  int conflicts = 0;
  std::map<std::string, std::string> documents;  // by id
  std::string last_target;

  [[nodiscard]] Awaitable<> serve(http::Exchange& exchange) override {
    const int number = ++requests;
    last_target = exchange.request.target;
    auto content = co_await http::read_all(*exchange.request.body, 100'000'000);
    const unsigned status = fails ? fails(number) : 0;
    if (status != 0) {
      exchange.response = http::json_response(status, json::object{{"status", status}});
    } else if (exchange.request.headers.get("Authorization") != authorization) {
      exchange.response = http::json_response(401, json::object{{"status", 401}});
    } else {
      exchange.response = answer(*content);
    }
    if (loses_answer && loses_answer(number)) exchange.response.drop_connection = true;
  }
  void finish(const http::Exchange&, std::chrono::nanoseconds) noexcept override {}

 private:
  static http::Response problem(unsigned status) {
    return http::json_response(status, json::object{{"status", status}});
  }

  http::Response answer(std::string_view content) {
    const auto lines = core::split(content, '\n');
    if (lines.size() / 2 > items_max) return problem(413);
    if (lines.size() % 2 != 1 || !lines.back().empty()) return problem(400);
    json::array items;
    for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
      const auto action = core::parse_json_object(lines[i]);
      if (!action || !action->contains("create")) return problem(400);
      const std::string id(action->at("create").at("_id").as_string());
      items.push_back(json::object{{"create", create(id, std::string(lines[i + 1]))}});
    }
    return http::json_response(200, json::object{{"items", std::move(items)}});
  }

  json::object create(const std::string& id, const std::string& line) {
    const unsigned status = fails_item ? fails_item(line) : 0;
    if (status != 0)
      return {{"status", status}, {"error", {{"type", "document_parsing_exception"}, {"reason", "as told"}}}};
    if (documents.emplace(id, line).second) return {{"status", 201}};
    ++conflicts;
    return {{"status", 409}, {"error", {{"type", "version_conflict_engine_exception"}, {"reason", id}}}};
  }

  http::Server server_;
};

}  // namespace gatehouse::log_shipper
