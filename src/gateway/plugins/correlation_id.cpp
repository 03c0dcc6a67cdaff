// Implements the correlation id. The header of the request is the one place where the id is kept.
#include "gateway/plugins/correlation_id.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "core/ids.hpp"
#include "gateway/exchange.hpp"
#include "gateway/json_fields.hpp"

namespace gatehouse::gateway::plugins {
namespace {

class CorrelationId final : public Plugin {
 public:
  explicit CorrelationId(std::shared_ptr<const CorrelationIdConfig> config)
      : config_(std::move(config)), worker_uuid_(core::uuid_v4()) {}

  Step on_request(Exchange& exchange) override {
    auto& headers = exchange.http.request.headers;
    if (headers.get(config_->header_name).empty()) headers.set(config_->header_name, make_id(exchange));
    return go_on();
  }

  void on_response(Exchange& exchange) override {
    if (!config_->echo_downstream) return;
    const auto id = exchange.http.request.headers.get(config_->header_name);
    if (!id.empty()) exchange.http.response.headers.set(config_->header_name, id);
  }

 private:
  std::string make_id(Exchange& exchange) {
    ++count_;
    switch (config_->generator) {
      case IdGenerator::uuid:
        return core::uuid_v4();
      case IdGenerator::uuid_and_counter:
        return fmt::format("{}#{}", worker_uuid_, count_);
      case IdGenerator::tracker:
        break;
    }
    const double seconds = static_cast<double>(core::unix_millis(exchange.now())) / 1000.0;
    const auto& peer = exchange.http.peer;
    return fmt::format("{}-{}-{}-{}-{}-{:.3f}", peer.address, peer.local_port, getpid(), peer.port, count_,
                       seconds);
  }

  std::shared_ptr<const CorrelationIdConfig> config_;
  std::string worker_uuid_;
  std::uint64_t count_ = 0;
};

}  // namespace

Result<CorrelationIdConfig> CorrelationIdConfig::from_json(const json::object& object) {
  CorrelationIdConfig config;
  Fields fields{object};
  config.header_name = fields.optional_text("header_name", config.header_name);
  const auto generator = fields.optional_text("generator", "uuid#counter");
  if (generator == "uuid") config.generator = IdGenerator::uuid;
  if (generator == "tracker") config.generator = IdGenerator::tracker;
  config.echo_downstream = fields.optional_flag("echo_downstream", config.echo_downstream);
  if (!http::is_token(config.header_name)) fields.reject("header_name", "must be a header name");
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return config;
}

PluginType correlation_id_type() {
  using namespace schema;
  return {.name = "correlation-id",
          .priority = 100001,
          .config = {.fields = {text("header_name", {.fallback = "Kong-Request-ID"}),
                                text("generator", {.required = true,
                                                   .fallback = "uuid#counter",
                                                   .one_of = {"uuid", "uuid#counter", "tracker"}}),
                                boolean("echo_downstream", {.required = true, .fallback = false})}}};
}

std::unique_ptr<Plugin> make_correlation_id(std::shared_ptr<const CorrelationIdConfig> config,
                                            const PluginScope&, const PluginContext&) {
  return std::make_unique<CorrelationId>(std::move(config));
}

}  // namespace gatehouse::gateway::plugins
