#include "demo/demo.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "demo/story.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::demo {

namespace {

int complain(std::string_view where, const Error& error) {
  std::fflush(stdout);
  fmt::print(
      stderr, "gatehouse demo: {}{}\n", where,
      error.detail.empty() ? std::string(error.reason) : fmt::format("{} ({})", error.detail, error.reason));
  return 1;
}

Result<void> take(const Step& step, Story& story) {
  try {
    return step.take(story);
  } catch (const std::exception& error) {  // an answer of another shape than the step reads
    return unexpected(error.what());
  }
}

}  // namespace

int run(const DemoOptions& options) {
  telemetry::log::configure("gatehouse-demo", "demo", telemetry::log::Level::off);
  const auto data = std::filesystem::absolute(options.data).lexically_normal();
  const auto platform = supervisor::Platform::load(data);
  if (!platform) return complain("", platform.error());
  Narrator narrator(Narrator::look_of_stdout());
  const auto story = Story::open(*platform, narrator);
  if (!story) return complain("is there a platform? (gatehouse up) ", story.error());

  fmt::print("A purchase through https://localhost:{}, trusting {}\n", platform->gateway_https,
             supervisor::Layout{data}.ca_file().string());
  std::size_t number = 0;
  for (const Step& step : steps()) {
    narrator.begin_step(++number, step.title);
    if (auto taken = take(step, **story); !taken)
      return complain(fmt::format("step {}, \"{}\": ", number, step.title), taken.error());
  }
  narrator.say_last(fmt::format("All {} steps went as they should.", number));
  return 0;
}

}  // namespace gatehouse::demo
