// Fills embedded stores and moves them to the engines of production and back, with the built executable:
//
//   bench_data_copy <records> <role>…      GATEHOUSE: the executable; build/peers/bin on PATH
//
// It ends with 0 if what came back is what was sent, by digest. bench/data_copy/run builds and runs it.
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "supervisor/prepare.hpp"
#include "tests/harness/many_records.hpp"
#include "tests/harness/production_engines.hpp"

using namespace gatehouse;
using namespace gatehouse::tests;

namespace {

constexpr std::chrono::hours kCopyMayTake{2};

struct Files {
  std::filesystem::path data;
  std::filesystem::path production;
  std::filesystem::path back;
};

void write(const std::filesystem::path& file, const json::object& content) {
  std::ofstream(file) << json::serialize(content) << '\n';
}

bool is_fine(const Files& files, const std::string& role, const std::filesystem::path& from,
             const std::filesystem::path& to, std::vector<std::string> more = {}) {
  std::vector<std::string> words{executable(),       "data",        "copy", "--role",    role,
                                 "--from",           from.string(), "--to", to.string(), "--data",
                                 files.data.string()};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = run({.words = words}, kCopyMayTake);
  fmt::print("{}\n", outcome.output);
  (void)std::fflush(stdout);
  return outcome.code == 0;
}

bool measure(const supervisor::Platform& platform, const Files& files, const std::string& role,
             std::size_t records) {
  const auto begin = std::chrono::steady_clock::now();
  fill_store(platform, role, records);
  const auto took = std::chrono::steady_clock::now() - begin;
  fmt::print("{}: {} records made in {:.1f} s\n\n", role, records,
             std::chrono::duration<double>(took).count());
  return is_fine(files, role, platform.file, files.production) &&
         is_fine(files, role, files.production, files.back) &&
         is_fine(files, role, platform.file, files.back, {"--verify"});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "bench_data_copy <records> <role>…\n");
    return 2;
  }
  const std::size_t records = std::strtoul(argv[1], nullptr, 10);
  const std::vector<std::string> roles(argv + 2, argv + argc);
  const TemporaryDirectory directory;
  const Files files{directory.path() / "data", directory.path() / "production.yml",
                    directory.path() / "back.yml"};
  const ProductionEngines engines;
  std::map<std::string, json::object> back;
  for (const std::string& role : roles)
    back[role] = {{"store", (directory.path() / (role + "-back.db")).string()}};
  std::filesystem::create_directory(files.data);
  write_platform_file(files.data, {});
  write(files.production, platform_file({.settings = engines.settings()}));
  write(files.back, platform_file({.settings = back}));
  const auto platform = supervisor::Platform::load(files.data).value();
  if (const auto prepared = supervisor::prepare(platform, core::SystemClock().now()); !prepared) {
    fmt::print(stderr, "{}\n", prepared.error().detail);
    return 1;
  }
  write_secrets(files.data, engines.platform());
  for (const std::string& role : roles) {
    if (!measure(platform, files, role, records)) return 1;
  }
  return 0;
}
