#include "telemetry/json_text.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace gatehouse::telemetry {
namespace {

// The scan takes eight bytes at a time: every byte is tried at every place in such a block.
TEST(AppendJsonString, GivesBackEveryAsciiByteAtEveryPlace) {
  for (std::size_t place = 0; place < 20; ++place) {
    for (int byte = 0; byte < 128; ++byte) {
      std::string text(20, 'x');
      text[place] = static_cast<char>(byte);
      fmt::memory_buffer out;
      append_json_string(out, text);
      const std::string written = fmt::to_string(out);
      EXPECT_EQ(boost::json::parse(written).as_string(), text) << "byte " << byte << " at " << place;
      EXPECT_EQ(written.find('\x7F'), std::string::npos);
    }
  }
}

TEST(AppendJsonString, ReplacesInvalidBytesAtEveryPlace) {
  for (std::size_t place = 0; place < 20; ++place) {
    std::string text(20, 'x');
    text[place] = '\xFF';
    fmt::memory_buffer out;
    append_json_string(out, text);
    std::string expected = "\"" + text + "\"";
    expected.replace(place + 1, 1, "\xEF\xBF\xBD");
    EXPECT_EQ(fmt::to_string(out), expected);
  }
}

}  // namespace
}  // namespace gatehouse::telemetry
