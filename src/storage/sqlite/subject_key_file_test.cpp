#include "storage/sqlite/subject_key_file.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "storage/sqlite/test_file.hpp"

namespace gatehouse::storage::sqlite {
namespace {

const core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};
const crypto::RecordName kAnn{"auth", "person", "gatehouse/ann"};

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class SubjectKeyFileTest : public testing::Test {
 protected:
  TestFile file_;
  std::shared_ptr<SubjectKeyFile> store_ = SubjectKeyFile::open(file_.path()).value();
  crypto::Envelope envelope_{std::make_shared<const crypto::KeyRing>(crypto::KeyRing::fresh())};
};

TEST_F(SubjectKeyFileTest, LeavesNoByteOfADestroyedKeyAndKeepsItsTombstone) {
  const crypto::SubjectKeys keys{envelope_, store_};
  ASSERT_TRUE(keys.obtain(kAnn));
  const std::string wrapped = store_->find("gatehouse/ann").value();
  ASSERT_NE((bytes_of(file_.path()) + bytes_of(file_.path() + "-wal")).find(wrapped), std::string::npos);

  ASSERT_TRUE(store_->destroy("gatehouse/ann", kNow));

  EXPECT_EQ((bytes_of(file_.path()) + bytes_of(file_.path() + "-wal")).find(wrapped), std::string::npos);
  EXPECT_FALSE(store_->database().writer()->execute("DELETE FROM subject_key")) << "a tombstone is kept";
}

}  // namespace
}  // namespace gatehouse::storage::sqlite
