#include "telemetry/metrics.hpp"

#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace gatehouse::telemetry {
namespace {

std::string render_one(const Metrics& metrics) {
  const Metrics* const shards[] = {&metrics};
  return render(shards);
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, TheSameNameAndLabelsGiveTheSameHandleInAnyOrder) {
  Metrics metrics;
  Counter& first = metrics.counter("a_total", "A", {{"x", "1"}, {"y", "2"}});
  EXPECT_EQ(&first, &metrics.counter("a_total", "A", {{"y", "2"}, {"x", "1"}}));
  EXPECT_NE(&first, &metrics.counter("a_total", "A", {{"x", "2"}, {"y", "2"}}));
}

TEST(Metrics, AHandleStaysValidWhileTheFamilyGrows) {
  Metrics metrics;
  Gauge& first = metrics.gauge("g", "G", {{"n", "first"}});
  for (int i = 0; i < 1000; ++i) metrics.gauge("g", "G", {{"n", std::to_string(i)}}).set(i);
  first.set(7);
  EXPECT_TRUE(has_line(render_one(metrics), "g{n=\"first\"} 7"));
}

TEST(Metrics, EqualSeriesAreSummedOverShards) {
  Metrics one;
  Metrics two;
  one.counter("requests_total", "Requests", {{"route", "/a"}}).add(3);
  two.counter("requests_total", "Requests", {{"route", "/a"}}).add(4);
  two.counter("requests_total", "Requests", {{"route", "/b"}}).add(0.5);
  one.histogram("d_seconds", "D").observe(0.5);
  two.histogram("d_seconds", "D").observe(std::chrono::milliseconds{500});
  two.histogram("d_seconds", "D").observe(99);
  const Metrics* const shards[] = {&one, &two};
  const std::string text = render(shards);
  EXPECT_TRUE(has_line(text, "# TYPE requests_total counter")) << text;
  EXPECT_TRUE(has_line(text, "requests_total{route=\"/a\"} 7")) << text;
  EXPECT_TRUE(has_line(text, "requests_total{route=\"/b\"} 0.5")) << text;
  EXPECT_TRUE(has_line(text, "d_seconds_bucket{le=\"0.25\"} 0")) << text;
  EXPECT_TRUE(has_line(text, "d_seconds_bucket{le=\"0.5\"} 2")) << text;
  EXPECT_TRUE(has_line(text, "d_seconds_bucket{le=\"10\"} 2")) << text;
  EXPECT_TRUE(has_line(text, "d_seconds_bucket{le=\"+Inf\"} 3")) << text;
  EXPECT_TRUE(has_line(text, "d_seconds_count 3")) << text;
  EXPECT_TRUE(has_line(text, "d_seconds_sum 100")) << text;
}

TEST(Metrics, ABoundBelongsToItsBucket) {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("h", "H", {}, std::array{1.0, 2.0});
  for (const double value : {0.5, 1.0, 1.5, 2.0, 2.5}) histogram.observe(value);
  EXPECT_EQ(histogram.count_of(0), 2U);
  EXPECT_EQ(histogram.count_of(1), 2U);
  EXPECT_EQ(histogram.count_of(2), 1U);
  EXPECT_EQ(histogram.count(), 5U);
}

TEST(Metrics, SeriesBeyondTheLimitShareOneThatSaysSo) {
  Metrics metrics(MetricsLimits{.series_per_family = 3});
  for (int i = 0; i < 100; ++i) metrics.counter("c_total", "C", {{"id", std::to_string(i)}}).add();
  const std::string text = render_one(metrics);
  EXPECT_TRUE(has_line(text, "c_total{id=\"2\"} 1")) << text;
  EXPECT_FALSE(has_line(text, "c_total{id=\"3\"} 1")) << text;
  EXPECT_TRUE(has_line(text, "c_total{otel_metric_overflow=\"true\"} 97")) << text;
  // The known ones still go to their own.
  metrics.counter("c_total", "C", {{"id", "1"}}).add();
  EXPECT_TRUE(has_line(render_one(metrics), "c_total{id=\"1\"} 2"));
}

TEST(Metrics, LabelValuesAreEscapedAndMadeValidUtf8) {
  Metrics metrics;
  metrics.counter("c_total", "C", {{"v", "a\"b\\c\nd\xFF"}}).add();
  EXPECT_TRUE(has_line(render_one(metrics), "c_total{v=\"a\\\"b\\\\c\\nd\xEF\xBF\xBD\"} 1"))
      << render_one(metrics);
}

TEST(Metrics, WrongNamesAndTypesAreBugs) {
  Metrics metrics;
  metrics.counter("c_total", "C");
  EXPECT_THROW(metrics.gauge("c_total", "C"), std::logic_error);
  EXPECT_THROW(metrics.counter("http.requests", "C"), std::logic_error);
  EXPECT_THROW(metrics.counter("", "C"), std::logic_error);
  EXPECT_THROW(metrics.counter("c_total", "C", {{"le", "x"}}), std::logic_error);
  EXPECT_THROW(metrics.counter("c_total", "C", {{"a-b", "x"}}), std::logic_error);
}

TEST(Metrics, NoUpdateOfManyThreadsIsLost) {
  Metrics metrics;
  Counter& counter = metrics.counter("c_total", "C");
  Histogram& histogram = metrics.histogram("h", "H");
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        counter.add();
        histogram.observe(0.5);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(counter.value(), 40'000);
  EXPECT_EQ(histogram.count(), 40'000U);
  EXPECT_EQ(histogram.sum(), 20'000);
}

TEST(Metrics, ABucketShowsTheLastSampledRequestThatFellIntoIt) {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("d_seconds", "D", {{"route", "/a"}}, std::array{0.1, 1.0});
  const auto first = TraceContext::start();
  const auto last = TraceContext::start();
  auto unsampled = TraceContext::start();
  unsampled.flags = 0;
  histogram.observe(0.5, first);
  histogram.observe(std::chrono::milliseconds{750}, last);
  histogram.observe(0.8, unsampled);
  EXPECT_FALSE(histogram.exemplar_of(0));
  ASSERT_TRUE(histogram.exemplar_of(1));
  EXPECT_EQ(histogram.exemplar_of(1)->trace_id, last.trace_id);
  EXPECT_EQ(histogram.exemplar_of(1)->value, 0.75);
  EXPECT_EQ(histogram.count(), 3U);
}

TEST(Metrics, OpenMetricsNamesCountersWithoutTheirSuffixAndCarriesExemplars) {
  Metrics metrics;
  metrics.counter("requests_total", "Requests").add(3);
  metrics.gauge("open", "Open", {{"kind", "a\"b\\c\nd"}}).set(0.5);
  const auto trace = TraceContext::start();
  metrics.histogram("d_seconds", "D", {}, std::array{0.25, 1.0}).observe(0.5, trace);
  const Metrics* const shards[] = {&metrics};
  const std::string text = render(shards, ExpositionFormat::open_metrics);
  for (const auto* line :
       {"# TYPE requests counter", "requests_total 3.0", "# TYPE open gauge",
        R"(open{kind="a\"b\\c\nd"} 0.5)", "# TYPE d_seconds histogram", R"(d_seconds_bucket{le="0.25"} 0)",
        R"(d_seconds_bucket{le="+Inf"} 1)", "d_seconds_count 1", "d_seconds_sum 0.5"}) {
    EXPECT_TRUE(has_line(text, line)) << line << " is missing in\n" << text;
  }
  EXPECT_NE(text.find(R"(d_seconds_bucket{le="1.0"} 1 # {trace_id=")" + trace.trace_id_hex() + R"("} 0.5 )"),
            std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("\n# EOF\n")) << text;
}

TEST(Metrics, AScrapeThatAsksForOpenMetricsGetsIt) {
  using enum ExpositionFormat;
  EXPECT_EQ(negotiate_exposition("application/openmetrics-text;version=1.0.0,text/plain;q=0.5"),
            open_metrics);
  EXPECT_EQ(negotiate_exposition("text/plain, Application/OpenMetrics-Text; version=0.0.1"), open_metrics);
  EXPECT_EQ(negotiate_exposition("text/html"), text);
  EXPECT_EQ(negotiate_exposition(""), text);
}

TEST(Metrics, TheProcessShowsItsMemoryTimeDescriptorsAndStart) {
  Metrics process;
  measure_process(process);
  const std::string text = render_one(process);
  for (const auto* name : {"process_resident_memory_bytes ", "process_cpu_seconds_total ",
                           "process_open_fds ", "process_start_time_seconds "}) {
    const std::size_t at = text.find("\n" + std::string(name));
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GT(std::stod(text.substr(at + 1 + std::string(name).size())), 0) << name;
  }
  const std::size_t at = text.find("\nprocess_start_time_seconds ");
  const double started = std::stod(text.substr(at + 28));
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(started, now, 120);
}

}  // namespace
}  // namespace gatehouse::telemetry
