#include "telemetry/log.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>

#include "core/clock.hpp"
#include "telemetry/json_text.hpp"
#include "telemetry/line_writer.hpp"

namespace gatehouse::telemetry::log {
namespace {

constexpr std::string_view kEcsVersion = "9.0.0";
constexpr std::size_t kValueBytesMax = 8192;  // of one text; the rest is cut off

// A sink for lines that are complete already: no pattern, no lock around the write.
class LineSink final : public spdlog::sinks::sink {
 public:
  LineSink(LineWriter::Write write, std::size_t buffered_bytes_max, LineWriter::DroppedLine dropped_line)
      : writer_(std::move(write), buffered_bytes_max, std::move(dropped_line)) {}
  void log(const spdlog::details::log_msg& line) override {
    const bool urgent = line.level >= spdlog::level::warn;
    writer_.append({line.payload.data(), line.payload.size()},
                   urgent ? LineWriter::Urgency::urgent : LineWriter::Urgency::normal);
  }
  void flush() override { writer_.flush(); }
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  LineWriter writer_;
};

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::off:
      break;
  }
  return spdlog::level::off;
}

void append(fmt::memory_buffer& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

void append_text(fmt::memory_buffer& out, std::string_view text) {
  append_json_string(out, text.substr(0, kValueBytesMax));
}

// "2026-11-23T14:41:39.123Z": the part up to the second changes once a second, so each thread keeps it.
void append_timestamp(fmt::memory_buffer& out) {
  thread_local std::int64_t second = -1;
  thread_local std::string text;
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::int64_t millis = now.time_since_epoch().count();
  if (millis / 1000 != second) {
    second = millis / 1000;
    text = core::rfc3339(core::from_unix_seconds(second)).substr(0, 20);
  }
  append(out, text);
  const auto rest = static_cast<int>(millis % 1000);
  const std::array<char, 4> text_of_rest{static_cast<char>('0' + rest / 100),
                                         static_cast<char>('0' + rest / 10 % 10),
                                         static_cast<char>('0' + rest % 10), 'Z'};
  append(out, {text_of_rest.data(), text_of_rest.size()});
}

void append_key(fmt::memory_buffer& out, std::string_view key) {
  const std::size_t begin = out.size();
  out.resize(begin + key.size() + 4);
  char* to = out.data() + begin;
  *to++ = ',';
  *to++ = '"';
  to = std::ranges::copy(key, to).out;
  *to++ = '"';
  *to = ':';
}

template <std::integral Int>
void append_integer(fmt::memory_buffer& out, Int value) {
  const fmt::format_int digits(value);
  append(out, {digits.data(), digits.size()});
}

void append_number(fmt::memory_buffer& out, double value) {
  if (std::isfinite(value)) {
    fmt::format_to(fmt::appender(out), "{}", value);
  } else {
    append(out, "null");  // JSON has no NaN
  }
}

void append_error(fmt::memory_buffer& out, const Error& error) {
  append_key(out, "error.type");
  append_text(out, core::name_of(error.kind));
  append_key(out, "error.code");
  append_text(out, error.reason);
  if (error.detail.empty()) return;
  append_key(out, "error.message");
  append_text(out, error.detail);
}

void append_trace(fmt::memory_buffer& out, const TraceContext& trace) {
  append_key(out, "trace.id");
  append_text(out, trace.trace_id_hex());
  append_key(out, "span.id");
  append_text(out, trace.span_id_hex());
}

struct FieldWriter {
  fmt::memory_buffer& out;
  std::string_view key;

  void operator()(std::string_view value) const { (append_key(out, key), append_text(out, value)); }
  void operator()(std::int64_t value) const { (append_key(out, key), append_integer(out, value)); }
  void operator()(std::uint64_t value) const { (append_key(out, key), append_integer(out, value)); }
  void operator()(double value) const { (append_key(out, key), append_number(out, value)); }
  void operator()(bool value) const { (append_key(out, key), append(out, value ? "true" : "false")); }
  void operator()(Field::Redacted) const { (append_key(out, key), append(out, "\"[redacted]\"")); }
  void operator()(const Error* error) const { append_error(out, *error); }
  void operator()(const TraceContext* trace) const { append_trace(out, *trace); }
};

// What every line of this process carries, made once.
std::string common_fields(const Settings& settings) {
  fmt::memory_buffer out;
  append_key(out, "ecs.version");
  append_text(out, kEcsVersion);
  append_key(out, "service.name");
  append_text(out, settings.service);
  if (!settings.instance.empty()) {
    append_key(out, "service.node.name");
    append_text(out, settings.instance);
  }
  append_key(out, "process.pid");
  fmt::format_to(fmt::appender(out), "{}", ::getpid());
  return fmt::to_string(out);
}

void append_line(fmt::memory_buffer& out, std::string_view common, Level level, Literal action,
                 std::string_view message, std::span<const Field> fields) {
  append(out, "{\"@timestamp\":\"");
  append_timestamp(out);
  append(out, "\",\"log.level\":\"");
  append(out, name_of(level));
  append(out, "\",\"message\":");
  append_text(out, message);
  append(out, common);
  append_key(out, "event.action");
  append_text(out, action.text());
  for (const Field& field : fields) std::visit(FieldWriter{out, field.key()}, field.value());
  out.push_back('}');
}

LineWriter::Write destination_of(const Settings& settings) {
  if (!settings.file) return to_descriptor(settings.descriptor);
  return [file = settings.file](std::string_view lines) { return file->write(lines); };
}

// Where the lines of one configure() go. Never destroyed: a thread may still log while the process exits.
class Output {
 public:
  explicit Output(const Settings& settings)
      : common_(common_fields(settings)),
        logger_("gatehouse",
                std::make_shared<LineSink>(destination_of(settings), settings.buffered_bytes_max,
                                           [this](std::uint64_t count) { return dropped_line(count); })) {
    logger_.set_level(spdlog::level::trace);  // the level is checked before a line is made
    logger_.flush_on(spdlog::level::off);
  }

  void write(Level level, Literal action, std::string_view message, std::span<const Field> fields) {
    thread_local fmt::memory_buffer line;
    line.clear();
    append_line(line, common_, level, action, message, fields);
    logger_.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
  }
  void flush() { logger_.flush(); }

 private:
  std::string dropped_line(std::uint64_t count) const {
    fmt::memory_buffer line;
    const Field dropped = field("log.dropped_lines", count);
    append_line(line, common_, Level::warn, "log-lines-dropped",
                "lines could not be written: a slow reader, or a full disk", {&dropped, 1});
    return fmt::to_string(line);
  }

  std::string common_;
  spdlog::logger logger_;
};

std::atomic<Output*> current{nullptr};
std::mutex configuring;

Output& install(const Settings& settings) {
  auto* made = new Output(settings);  // see Output: kept for the life of the process
  if (Output* before = current.exchange(made)) before->flush();
  static const int at_exit = std::atexit([] { flush(); });
  static_cast<void>(at_exit);
  return *made;
}

Output& output() {
  if (Output* made = current.load(std::memory_order_acquire)) return *made;
  const std::scoped_lock lock(configuring);
  if (Output* made = current.load(std::memory_order_acquire)) return *made;
  return install(Settings{});
}

}  // namespace

namespace threshold {
std::atomic<Level> level{Level::warn};
}  // namespace threshold

void configure(Settings settings) {
  const std::scoped_lock lock(configuring);
  install(settings);
  threshold::level.store(settings.level, std::memory_order_relaxed);
}

void configure(std::string service, std::string instance, Level level) {
  configure(Settings{.service = std::move(service), .instance = std::move(instance), .level = level});
}

void flush() {
  if (Output* made = current.load(std::memory_order_acquire)) made->flush();
}

std::uint64_t dropped_lines() {
  return telemetry::dropped_lines();
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
    case Level::off:
      break;
  }
  return "off";
}

void write(Level level, Literal action, std::string_view message, std::span<const Field> fields) {
  output().write(level, action, message, fields);
}

}  // namespace gatehouse::telemetry::log
