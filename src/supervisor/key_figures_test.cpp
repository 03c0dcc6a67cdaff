// What is read out of the metrics of the roles.
#include "supervisor/key_figures.hpp"

#include <gtest/gtest.h>

namespace gatehouse::supervisor {
namespace {

constexpr const char* kText =
    "# HELP key_ring_current_version The version that new rows are written with.\n"
    "# TYPE key_ring_current_version gauge\n"
    "key_ring_current_version{ring=\"fields\"} 2\n"
    "key_ring_newest_version{ring=\"fields\"} 3\n"
    "key_rotation_counted_version{ring=\"fields\",table=\"payment\"} 2\n"
    "key_rotation_rows{ring=\"fields\",table=\"payment\",version=\"1\"} 7\n"
    "key_rotation_rows{ring=\"fields\",table=\"payment\",version=\"2\"} 1.5e+03\n"
    "key_rotation_rows_remaining{ring=\"fields\",table=\"payment\"} 7\n"
    "key_something_else 1\n"
    "http_requests_total{route=\"/x\"} 5\n";

TEST(KeyFigures, AreReadFromTheExposition) {
  const KeyFigures figures = key_figures_of(kText);
  ASSERT_EQ(figures.size(), 1U);
  const RingFigures& ring = figures.at("fields");
  EXPECT_EQ(ring.current, 2U);
  EXPECT_EQ(ring.newest, 3U);
  const TableFigures& table = ring.tables.at("payment");
  EXPECT_EQ(table.counted_version, 2U);
  EXPECT_EQ(table.remaining, 7U);
  EXPECT_EQ(table.rows, (std::map<std::uint32_t, std::uint64_t>{{1, 7}, {2, 1500}}));
  EXPECT_TRUE(key_figures_of("").empty());
  EXPECT_TRUE(key_figures_of("key_x} {\nkey_{\n").empty());
}

TEST(KeyFigures, OfSeveralInstancesAreWhatAnyOfThemSaw) {
  InstanceFigures one{"payments-1", key_figures_of(kText)};
  InstanceFigures two{"payments-2", key_figures_of(kText)};
  two.rings["fields"].tables["payment"].rows[1] = 9;
  two.rings["fields"].tables["payment"].remaining = 9;

  const RingSummary both = summary_of({one, two}, "fields", 2);
  EXPECT_TRUE(both.is_counted);
  EXPECT_EQ(both.remaining, 9U);
  EXPECT_EQ(both.rows.at(1), 9U);

  two.rings["fields"].tables["payment"].counted_version = 1;
  EXPECT_FALSE(summary_of({one, two}, "fields", 2).is_counted) << "one has not counted since";
  EXPECT_FALSE(summary_of({one}, "fields", 3).is_counted) << "not the current version";
  EXPECT_FALSE(summary_of({one}, "index", 2).is_counted) << "no such ring";
  EXPECT_FALSE(summary_of({}, "fields", 2).is_counted) << "nobody runs";
}

}  // namespace
}  // namespace gatehouse::supervisor
