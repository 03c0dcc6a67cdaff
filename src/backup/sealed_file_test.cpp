#include "backup/sealed_file.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "core/ids.hpp"

namespace gatehouse::backup {
namespace {

class SealedFiles : public testing::Test {
 protected:
  SealedFiles() { std::filesystem::create_directories(directory_); }
  ~SealedFiles() override { std::filesystem::remove_all(directory_); }

  void write(const std::string& name, std::string_view content) const {
    std::ofstream(directory_ / name, std::ios::binary) << content;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(directory_ / name, std::ios::binary).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::string opened(const Seal& seal) const {
    std::filesystem::remove(directory_ / "opened");
    const auto result = open_file(directory_ / "sealed", directory_ / "opened", seal);
    EXPECT_EQ(result.has_value(), std::filesystem::exists(directory_ / "opened"));
    return result ? read("opened") : std::string(result.error().reason);
  }

  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("gatehouse-sealed-" + core::random_token(8));
  Secret key_{std::string(32, 'k')};
  Secret other_key_{std::string(32, 'l')};
  Seal seal_{key_, "id/a.db"};
};

TEST_F(SealedFiles, ComeBackAsTheyWereWhateverTheirSize) {
  constexpr std::size_t kPiece = 1U << 20U;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece}) {
    std::string content(size, 'x');
    for (std::size_t i = 0; i < size; i += 4'097) content[i] = static_cast<char>(i);
    write("plain", content);
    std::filesystem::remove(directory_ / "sealed");
    const auto sealed = seal_file(directory_ / "plain", directory_ / "sealed", seal_);
    ASSERT_TRUE(sealed) << sealed.error().detail;
    EXPECT_TRUE(opened(seal_) == content) << size;
    const auto measured = measure(directory_ / "sealed").value();
    EXPECT_EQ(measured.bytes, sealed->bytes);
    EXPECT_EQ(measured.sha256, sealed->sha256);
  }
}

TEST_F(SealedFiles, AreRefusedWhenAnythingOfThemIsOtherwise) {
  write("plain", std::string((2U << 20U) + 100, 'x'));
  ASSERT_TRUE(seal_file(directory_ / "plain", directory_ / "sealed", seal_));
  const std::string sealed = read("sealed");
  EXPECT_EQ(sealed.find("xxxx"), std::string::npos);
  EXPECT_EQ(opened({key_, "id/b.db"}), "ciphertext_rejected");
  EXPECT_EQ(opened({other_key_, "id/a.db"}), "ciphertext_rejected");
  constexpr std::size_t kHead = 19 + 16;
  constexpr std::size_t kPiece = (1U << 20U) + 16;
  const auto first = sealed.substr(kHead, kPiece);
  const auto second = sealed.substr(kHead + kPiece, kPiece);
  const auto last = sealed.substr(kHead + 2 * kPiece);
  const auto head = sealed.substr(0, kHead);
  std::string flipped = sealed;
  flipped[kHead + kPiece + 7] ^= 1;
  for (const std::string& changed :
       {flipped, head + second + first + last, head + first + second, head + first + last, sealed + "x",
        sealed.substr(0, sealed.size() - 1), head, std::string(), "other" + sealed,
        head + first + second + second + last}) {
    write("sealed", changed);
    EXPECT_EQ(opened(seal_), "ciphertext_rejected");
  }
}

}  // namespace
}  // namespace gatehouse::backup
