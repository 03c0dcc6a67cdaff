// Implements the size limit: by the announced length, or by counting.
#include "gateway/plugins/request_size_limiting.hpp"

#include "core/text.hpp"
#include "gateway/error_page.hpp"
#include "gateway/exchange.hpp"

namespace gatehouse::gateway::plugins {
namespace {

// The client's body, which ends in an error when it grows beyond the limit.
class CountedBody final : public http::Body {
 public:
  CountedBody(http::Body& inner, std::uint64_t bytes_max) : inner_(inner), left_(bytes_max) {}

  [[nodiscard]] Awaitable<Result<std::string_view>> read() override {
    auto piece = co_await inner_.read();
    if (piece && piece->size() > left_) co_return refuse(ErrorKind::too_large, "request_size_limit");
    if (piece) left_ -= piece->size();
    co_return piece;
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return inner_.size(); }
  [[nodiscard]] bool is_finished() const override { return inner_.is_finished(); }

 private:
  http::Body& inner_;
  std::uint64_t left_;
};

class RequestSizeLimiting final : public Plugin {
 public:
  explicit RequestSizeLimiting(std::shared_ptr<const RequestSizeLimitingConfig> config)
      : config_(std::move(config)) {}

  Step on_request(Exchange& exchange) override {
    auto& request = exchange.http.request;
    const auto length = core::parse_int<std::uint64_t>(request.headers.get("Content-Length"));
    if (!length && config_->require_content_length) {
      return answer_with(error_response(exchange, 411, "A valid Content-Length header is required"));
    }
    if (length && *length > config_->bytes_max) {
      const bool waits = core::iequals(request.headers.get("Expect"), "100-continue");
      return answer_with(error_response(exchange, waits ? 417 : 413, "Request size limit exceeded"));
    }
    if (!length && request.body != nullptr) {
      exchange.read_body_through(std::make_unique<CountedBody>(*request.body, config_->bytes_max));
    }
    return go_on();
  }

 private:
  std::shared_ptr<const RequestSizeLimitingConfig> config_;
};

}  // namespace

Result<RequestSizeLimitingConfig> RequestSizeLimitingConfig::from_json(const json::object& object) {
  RequestSizeLimitingConfig config;
  Fields fields{object};
  const auto size = fields.optional_int("allowed_payload_size", 128, {0, 1'000'000'000'000});
  const auto unit = fields.optional_text("size_unit", "megabytes");
  const std::int64_t unit_bytes = unit == "bytes" ? 1 : unit == "kilobytes" ? 1024 : 1'048'576;
  config.bytes_max = static_cast<std::uint64_t>(size * unit_bytes);
  config.require_content_length =
      fields.optional_flag("require_content_length", config.require_content_length);
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return config;
}

PluginType request_size_limiting_type() {
  using namespace schema;
  return {.name = "request-size-limiting",
          .priority = 951,
          .config = {.fields = {integer("allowed_payload_size", {.fallback = 128}),
                                text("size_unit", {.required = true,
                                                   .fallback = "megabytes",
                                                   .one_of = {"megabytes", "kilobytes", "bytes"}}),
                                boolean("require_content_length", {.required = true, .fallback = false})}}};
}

std::unique_ptr<Plugin> make_request_size_limiting(std::shared_ptr<const RequestSizeLimitingConfig> config,
                                                   const PluginScope&, const PluginContext&) {
  return std::make_unique<RequestSizeLimiting>(std::move(config));
}

}  // namespace gatehouse::gateway::plugins
