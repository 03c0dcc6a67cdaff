// What durable writes cost: alone, and sharing their commits as concurrent requests do.
#include <benchmark/benchmark.h>

#include "runtime/task_group.hpp"
#include "storage/sqlite/async.hpp"
#include "storage/sqlite/test_file.hpp"

namespace gatehouse::storage::sqlite {
namespace {

Awaitable<> write_rows(WriteQueue& queue, int count) {
  for (int i = 0; i < count; ++i) {
    auto insert = [](Connection& connection) {
      return connection.run("INSERT INTO t (note) VALUES ('an order')");
    };
    const Result<std::int64_t> written = co_await queue.write(std::move(insert));
    if (!written) std::abort();
  }
}

void BM_DurableWrites(benchmark::State& state) {
  constexpr int kWritesEach = 20;
  boost::asio::io_context io{1};
  const TestFile file;
  Database database = file.open();
  static_cast<void>(database.writer()->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT) STRICT"));
  WriteQueue queue(database);
  for (auto _ : state) {
    io.restart();
    TaskGroup writers(io.get_executor());
    for (int i = 0; i < state.range(0); ++i) writers.spawn("write", write_rows(queue, kWritesEach));
    io.run();
  }
  const auto writes = state.iterations() * state.range(0) * kWritesEach;
  state.SetItemsProcessed(writes);
  state.counters["writes_per_commit"] = static_cast<double>(writes) / static_cast<double>(queue.commits());
}
BENCHMARK(BM_DurableWrites)->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

}  // namespace
}  // namespace gatehouse::storage::sqlite
