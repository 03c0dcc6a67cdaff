#include "storage/mongo/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::storage::mongo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Document, GivesBackWhatWasPutIn) {
  const std::string bytes("\0\xff\x01", 3);
  const std::vector<std::string> names{"email", "name"};
  const std::vector<Document> parts{{{"part", 1}}, {{"part", 2}}};
  const Document document{{"text", "Straße"},
                          {"number", std::int64_t{1} << 40},
                          {"small", -7},
                          {"yes", true},
                          {"bytes", Bytes{bytes}},
                          {"inner", Document{{"a", "b"}}},
                          {"names", Field::Texts(names)},
                          {"parts", Field::Documents(parts)}};

  Reading reading{document};
  EXPECT_EQ(reading.text("text"), "Straße");
  EXPECT_EQ(reading.integer("number"), std::int64_t{1} << 40);
  EXPECT_EQ(reading.integer("small"), -7);
  EXPECT_TRUE(reading.flag("yes"));
  EXPECT_EQ(reading.bytes("bytes"), bytes);
  const Document inner = reading.document("inner");
  EXPECT_EQ(Reading{inner}.text("a"), "b");
  EXPECT_THAT(reading.texts("names"), ElementsAre("email", "name"));
  EXPECT_EQ(reading.documents("parts").size(), 2U);
  EXPECT_FALSE(reading.maybe_text("nothing"));
  EXPECT_TRUE(reading.finish());
}

TEST(Document, NoTextIsAnEmptyText) {
  const Document document{{"text", std::string_view{}}, {"bytes", Bytes{}}};
  Reading reading{document};
  EXPECT_EQ(reading.text("text"), "");
  EXPECT_EQ(reading.bytes("bytes"), "");
  EXPECT_TRUE(reading.finish());
}

TEST(Document, CopiesAreTheirOwn) {
  Document first{{"a", 1}};
  const Document second = first;
  first.add({"b", 2});
  EXPECT_TRUE(first.has("b"));
  EXPECT_FALSE(second.has("b"));
  EXPECT_NE(first.bytes(), second.bytes());
}

TEST(Document, BytesFromOutsideMustBeBson) {
  const Document document{{"name", "ann"}};
  const std::string bytes(document.bytes());

  EXPECT_TRUE(Document::from_bytes(bytes));
  EXPECT_EQ(Document::from_bytes(bytes.substr(1)).error().reason, "broken_document");
  EXPECT_FALSE(Document::from_bytes(bytes + "x"));
  EXPECT_FALSE(Document::from_bytes(""));
}

TEST(Reading, NamesTheFirstMemberThatIsNotAsExpected) {
  const Document document{{"count", "three"}, {"name", 3}};
  Reading reading{document};
  EXPECT_EQ(reading.integer("count"), 0);
  EXPECT_EQ(reading.text("name"), "");
  EXPECT_EQ(reading.finish().error().reason, "broken_document");
  EXPECT_THAT(reading.finish().error().detail, HasSubstr("count"));
}

TEST(Reading, TakesNothingForTextThatIsNotUtf8) {
  const Document document{{"name", "\xff\xfe"}};
  Reading reading{document};
  EXPECT_EQ(reading.text("name"), "");
  EXPECT_FALSE(reading.finish());
}

TEST(Reading, TakesNoTypeForAnother) {
  const std::vector<std::string> names{"a"};
  const Document document{{"flag", true}, {"text", "a"}, {"names", Field::Texts(names)}};
  const auto refuses = [&document](auto read) {
    Reading reading{document};
    read(reading);
    return !reading.finish();
  };
  EXPECT_TRUE(refuses([](Reading& reading) { reading.integer("flag"); }));
  EXPECT_TRUE(refuses([](Reading& reading) { reading.flag("text"); }));
  EXPECT_TRUE(refuses([](Reading& reading) { reading.bytes("text"); }));
  EXPECT_TRUE(refuses([](Reading& reading) { reading.document("names"); }));
  EXPECT_TRUE(refuses([](Reading& reading) { reading.documents("names"); }));
  EXPECT_TRUE(refuses([](Reading& reading) { reading.texts("text"); }));
  EXPECT_TRUE(refuses([](Reading& reading) { reading.date("text"); }));
  EXPECT_TRUE(refuses([](Reading& reading) { reading.maybe_text("flag"); }));
}

}  // namespace
}  // namespace gatehouse::storage::mongo
