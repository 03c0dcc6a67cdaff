#include "service/trace_settings.hpp"

#include "core/durable_file.hpp"
#include "core/fields.hpp"

namespace gatehouse::service {
namespace {

constexpr std::uint16_t kDefaultPort = 4318;  // OTLP over HTTP

void read_endpoint(Fields& fields, TraceSettings& settings) {
  const auto text = fields.required_text("endpoint", {.bytes_max = 1024});
  const auto endpoint = http::BaseUrl::parse(text, kDefaultPort);
  if (!endpoint || !endpoint->query.empty())
    return fields.reject("endpoint", "must be https://host[:port][/path]");
  if (!endpoint->uses_tls && !endpoint->is_loopback())
    fields.reject("endpoint", "must be https: the spans and the credentials would travel in clear text");
  settings.endpoint = *endpoint;
}

void read_ratio(Fields& fields, double& ratio) {
  const json::value* given = fields.maybe_value("sample_ratio");
  if (given == nullptr) return;
  boost::system::error_code no_number;
  const auto number = given->to_number<double>(no_number);
  if (no_number || !(number >= 0 && number <= 1))
    return fields.reject("sample_ratio", "must be a number from 0 to 1");
  ratio = number;
}

}  // namespace

Result<TraceSettings> TraceSettings::from_json(const json::object& tracing,
                                               const std::filesystem::path& secrets) {
  TraceSettings settings;
  Fields fields{tracing, "tracing"};
  read_endpoint(fields, settings);
  read_ratio(fields, settings.spans.ratio);
  settings.spans.slow = fields.optional_duration("slow", settings.spans.slow);
  settings.ca = fields.optional_text("ca", "", {.bytes_min = 0, .bytes_max = 4096});
  if (const auto file = fields.maybe_text("authorization_file", {.bytes_max = 4096}))
    settings.authorization_file = secrets / *file;
  if (settings.spans.slow < std::chrono::milliseconds{1}) fields.reject("slow", "must be at least 1ms");
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return settings;
}

Result<Secret> TraceSettings::authorization() const {
  if (authorization_file.empty()) return Secret();
  auto text = core::read_file(authorization_file);
  if (!text) return fail(ErrorKind::invalid, "secret_missing", text.error().detail);
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  return Secret(*std::move(text));
}

}  // namespace gatehouse::service
