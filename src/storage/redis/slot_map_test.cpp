#include "storage/redis/slot_map.hpp"

#include <gtest/gtest.h>

namespace gatehouse::storage::redis {
namespace {

Reply parsed(std::string_view text) {
  RespParser parser;
  parser.feed(text);
  return parser.next().value().value();
}

TEST(HashSlot, IsThatOfTheSpecification) {
  static_assert(crc16("123456789") == 0x31C3);
  EXPECT_EQ(hash_slot(""), 0);
  EXPECT_EQ(hash_slot("foo"), 12'182);
  EXPECT_EQ(hash_slot("somekey"), 11'058);
}

TEST(HashSlot, OnlyTheTagCounts) {
  struct Row {
    std::string_view key;
    std::string_view part;
  };
  for (const Row& row : {Row{"{user1000}.following", "user1000"}, Row{"foo{}{bar}", "foo{}{bar}"},
                         Row{"foo{{bar}}zap", "{bar"}, Row{"foo{bar}{zap}", "bar"}, Row{"foo{bar", "foo{bar"},
                         Row{"}{", "}{"}, Row{"", ""}}) {
    EXPECT_EQ(hashed_part(row.key), row.part) << row.key;
  }
}

TEST(SlotMap, ReadsRangesAndFillsInTheHostThatANodeDoesNotKnow) {
  const Reply reply = parsed(
      "*2\r\n*4\r\n:0\r\n:100\r\n*3\r\n$8\r\n10.0.0.1\r\n:7000\r\n$2\r\nid\r\n*2\r\n$8\r\n10.0.0.9\r\n:"
      "7009\r\n"
      "*3\r\n:101\r\n:16383\r\n*2\r\n_\r\n:7001\r\n");
  const auto map = SlotMap::from_reply(reply, "10.0.0.2");
  ASSERT_TRUE(map) << map.error().detail;
  EXPECT_EQ(*map->owner(0), (Address{"10.0.0.1", 7000}));
  EXPECT_EQ(*map->owner(100), (Address{"10.0.0.1", 7000}));
  EXPECT_EQ(*map->owner(101), (Address{"10.0.0.2", 7001}));
  EXPECT_EQ(map->owners().size(), 2U);
  SlotMap corrected = *map;
  corrected.assign(100, {"10.0.0.3", 7002});
  EXPECT_EQ(corrected.owner(100)->port, 7002);
  EXPECT_EQ(corrected.owner(99)->port, 7000);
  EXPECT_NE(corrected, *map);
}

TEST(SlotMap, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"+OK\r\n", "*1\r\n:1\r\n", "*1\r\n*2\r\n:0\r\n:1\r\n",
        "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\nh\r\n:1\r\n",
        "*1\r\n*3\r\n:5\r\n:4\r\n*2\r\n$1\r\nh\r\n:1\r\n", "*1\r\n*3\r\n:0\r\n:4\r\n*2\r\n$1\r\nh\r\n:0\r\n",
        "*1\r\n*3\r\n:0\r\n:4\r\n*2\r\n$1\r\n?\r\n:1\r\n"}) {
    EXPECT_FALSE(SlotMap::from_reply(parsed(text), "h")) << text;
  }
  EXPECT_EQ(SlotMap().owner(7), nullptr);
}

TEST(Redirect, IsReadWithItsAddress) {
  const auto moved = parse_redirect("MOVED 3999 127.0.0.1:6381", "h");
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->kind, Redirect::Kind::moved);
  EXPECT_EQ(moved->slot, 3999);
  EXPECT_EQ(moved->to, (Address{"127.0.0.1", 6381}));
  EXPECT_EQ(parse_redirect("ASK 1 :6381", "asked")->to, (Address{"asked", 6381}));
  EXPECT_EQ(parse_redirect("ASK 1 ::1:6381", "asked")->to, (Address{"::1", 6381}));
  EXPECT_EQ(parse_redirect("ASK 1 node.example:6381", "h")->kind, Redirect::Kind::ask);
  for (const std::string_view text : {"MOVED 3999", "MOVED 16384 h:1", "MOVED x h:1", "MOVED 1 h",
                                      "MOVED 1 h:0", "MOVED 1 h:65536", "ERR 1 h:1", "", "ASK 1 h:1 more"}) {
    EXPECT_FALSE(parse_redirect(text, "h")) << text;
  }
}

}  // namespace
}  // namespace gatehouse::storage::redis
