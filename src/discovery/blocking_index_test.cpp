#include "discovery/blocking_index.hpp"

#include <gtest/gtest.h>

namespace gatehouse::discovery {
namespace {

TEST(BlockingIndex, IsSentBackOnlyWhileItGrows) {
  struct Case {
    std::string_view header;
    std::uint64_t next;
    BlockingIndex::Step step;
  };
  using enum BlockingIndex::Step;
  BlockingIndex index;
  for (const auto& [header, next, step] :
       {Case{"12", 12, onward}, Case{"12", 12, onward}, Case{"40", 40, onward}, Case{"7", 0, began_anew},
        Case{"7", 7, onward}, Case{"0", 0, began_anew}, Case{"0", 0, onward}, Case{"9", 9, onward},
        Case{"", 0, began_anew}, Case{"3", 3, onward}, Case{"-4", 0, began_anew}, Case{"5x", 0, onward},
        Case{"18446744073709551616", 0, onward}, Case{"18446744073709551615", ~std::uint64_t{0}, onward}}) {
    EXPECT_EQ(index.take(header), step) << header;
    EXPECT_EQ(index.value(), next) << header;
    EXPECT_EQ(index.waits(), next > 0);
  }
  index.reset();
  EXPECT_FALSE(index.waits());
}

}  // namespace
}  // namespace gatehouse::discovery
