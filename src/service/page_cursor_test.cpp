// Cursors come back as they were given, for their own list, and in no other spelling.
#include "service/page_cursor.hpp"

#include <gtest/gtest.h>

namespace gatehouse::service {
namespace {

const PagePosition kLast{core::from_unix_micros(1'800'000'000'123'456), "pay_1"};

TEST(PageCursor, ComesBackAsItWasGiven) {
  const PageCursor cursors(Secret("a key"));
  const auto back = cursors.position(cursors.after(kLast, "alice"), "alice");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->created_at, kLast.created_at);
  EXPECT_EQ(back->id, kLast.id);
}

TEST(PageCursor, IsRefusedForAnotherListAnotherKeyOrAnyOtherSpelling) {
  const PageCursor cursors(Secret("a key"));
  const std::string cursor = cursors.after(kLast, "alice");
  EXPECT_EQ(cursors.position(cursor, "bob").error().reason, "invalid_cursor");
  EXPECT_FALSE(PageCursor(Secret("another key")).position(cursor, "alice"));
  EXPECT_FALSE(cursors.position("", "alice"));
  EXPECT_FALSE(cursors.position(std::string(1000, 'A'), "alice"));
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(cursors.position(changed, "alice")) << i;
    EXPECT_FALSE(cursors.position(cursor.substr(0, i), "alice")) << i;
  }
}

}  // namespace
}  // namespace gatehouse::service
