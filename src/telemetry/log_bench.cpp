// What one access-log line and one disabled line cost.
#include <fcntl.h>

#include <benchmark/benchmark.h>

#include "telemetry/log.hpp"

namespace gatehouse::telemetry {
namespace {

void write_lines(benchmark::State& state, log::Level level) {
  log::configure({.service = "gateway",
                  .instance = "gateway-1",
                  .level = level,
                  .descriptor = open("/dev/null", O_WRONLY)});
  const std::string route = "/orders/{id}";
  for (auto _ : state) {
    log::info("request-done", "request",
              {log::field("http.route", route), log::field("http.response.status_code", 200),
               log::field("event.duration", 123456), log::field("http.request.id", "0192f3")});
  }
}

void BM_LogLine(benchmark::State& state) {
  write_lines(state, log::Level::info);
}
void BM_LogLineBelowTheLevel(benchmark::State& state) {
  write_lines(state, log::Level::warn);
}
BENCHMARK(BM_LogLine);
BENCHMARK(BM_LogLineBelowTheLevel);

}  // namespace
}  // namespace gatehouse::telemetry
