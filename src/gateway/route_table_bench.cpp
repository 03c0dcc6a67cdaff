// What matching a route costs, with ten routes and with ten thousand.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "gateway/route_table.hpp"

namespace gatehouse::gateway {
namespace {

std::vector<RouteRule> path_routes(std::int64_t count) {
  std::vector<RouteRule> rules;
  for (std::int64_t i = 0; i < count; ++i) {
    rules.push_back({.id = fmt::format("{:08}", i),
                     .methods = {"GET", "POST"},
                     .paths = {fmt::format("/api/v1/service-{}", i)}});
  }
  return rules;
}

std::vector<RouteRule> host_routes(std::int64_t count) {
  std::vector<RouteRule> rules;
  for (std::int64_t i = 0; i < count; ++i) {
    rules.push_back(
        {.id = fmt::format("{:08}", i), .hosts = {fmt::format("tenant-{}.example.com", i)}, .paths = {"/"}});
  }
  return rules;
}

std::vector<RouteRule> regex_routes(std::int64_t count) {
  std::vector<RouteRule> rules;
  for (std::int64_t i = 0; i < count; ++i) {
    rules.push_back({.id = fmt::format("{:08}", i), .paths = {fmt::format("~/api/service-{}/\\d+$", i)}});
  }
  return rules;
}

void run(benchmark::State& state, const std::vector<RouteRule>& rules, std::string_view host,
         std::string_view path) {
  const auto table = RouteTable::build(rules);
  http::Headers headers;
  headers.add("Host", host);
  const RouteQuery query{.method = "GET", .path = path, .headers = &headers};
  for (auto _ : state) {
    auto hit = table->match(query);
    if (!hit) state.SkipWithError("no match");
    benchmark::DoNotOptimize(hit);
  }
}

void BM_MatchPath(benchmark::State& state) {
  run(state, path_routes(state.range(0)), "gateway.example",
      fmt::format("/api/v1/service-{}/x", state.range(0) / 2));
}
void BM_MatchHost(benchmark::State& state) {
  run(state, host_routes(state.range(0)), fmt::format("tenant-{}.example.com", state.range(0) / 2), "/x");
}
void BM_MatchRegex(benchmark::State& state) {
  run(state, regex_routes(state.range(0)), "gateway.example",
      fmt::format("/api/service-{}/17", state.range(0) / 2));
}
BENCHMARK(BM_MatchPath)->Arg(10)->Arg(10'000);
BENCHMARK(BM_MatchHost)->Arg(10)->Arg(10'000);
BENCHMARK(BM_MatchRegex)->Arg(10)->Arg(1'000);

}  // namespace
}  // namespace gatehouse::gateway
