#include "crypto/envelope.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"

namespace gatehouse::crypto {
namespace {

const RecordName kAlice{"auth", "account", "alice"};

std::shared_ptr<const KeyRing> ring_of(const std::string& text) {
  return std::make_shared<const KeyRing>(KeyRing::from_json(text).value());
}

std::string rotated(const std::string& text) {
  return std::string(KeyRing::from_json(text)->announced()->promoted().to_json().reveal());
}

class EnvelopeTest : public testing::Test {
 protected:
  const std::string ring_text_ = KeyRing::fresh_json();
  const Envelope envelope_{ring_of(ring_text_)};
  const std::pair<RecordKey, std::string> made_ = envelope_.create(kAlice).value();
};

TEST_F(EnvelopeTest, GivesBackWhatWasSealedAlsoAfterARestart) {
  const std::string sealed = made_.first.seal("email", "alice@example.org").value();
  EXPECT_EQ(sealed.find("alice"), std::string::npos);
  const Envelope restarted(ring_of(ring_text_));
  const RecordKey key = restarted.unlock(kAlice, made_.second).value();
  EXPECT_EQ(key.open("email", sealed), "alice@example.org");
  EXPECT_EQ(key.open("empty", key.seal("empty", "").value()), "");
}

TEST_F(EnvelopeTest, HasTheDocumentedLayout) {
  const std::string sealed = made_.first.seal("email", "abc").value();
  EXPECT_EQ(made_.second.size(), 3 + 4 + 16 + 12 + 32 + 16U);
  EXPECT_EQ(core::to_hex(made_.second.substr(0, 7)), "e5010100000001");
  EXPECT_EQ(sealed.size(), 3 + 16 + 12 + 3 + 16U);
  EXPECT_EQ(core::to_hex(sealed.substr(0, 3)), "e50201");
  EXPECT_EQ(sealed.substr(3, 16), made_.second.substr(7, 16)) << "the data key's id";
  EXPECT_EQ(Envelope::version_of(made_.second), 1U);
}

TEST_F(EnvelopeTest, SealsTheSameTextDifferentlyEachTime) {
  EXPECT_NE(made_.first.seal("email", "same").value(), made_.first.seal("email", "same").value());
  EXPECT_NE(envelope_.create(kAlice)->second, made_.second);
}

TEST_F(EnvelopeTest, RefusesAValueThatWasMovedToAnotherPlace) {
  const std::string sealed = made_.first.seal("email", "alice@example.org").value();
  EXPECT_EQ(made_.first.open("phone", sealed).error().reason, "ciphertext_rejected") << "another field";
  const auto [bob, bobs_wrapped] = envelope_.create({"auth", "account", "bob"}).value();
  EXPECT_EQ(bob.open("email", sealed).error().reason, "ciphertext_rejected") << "another row";
  const RecordName elsewhere[] = {{"auth", "account", "bob"},
                                  {"auth", "session", "alice"},
                                  {"orders", "account", "alice"},
                                  {"auth", "accounta", "lice"}};
  for (const RecordName& name : elsewhere) {
    EXPECT_EQ(envelope_.unlock(name, made_.second).error().reason, "ciphertext_rejected")
        << name.service << ' ' << name.table << ' ' << name.record;
  }
  EXPECT_FALSE(made_.first.open("email", made_.second)) << "a wrapped key is no field";
  EXPECT_FALSE(envelope_.unlock(kAlice, sealed)) << "a field is no wrapped key";
}

TEST_F(EnvelopeTest, RefusesEveryAlteredByteAndEveryShorterText) {
  const std::string sealed = made_.first.seal("email", "alice@example.org").value();
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_EQ(made_.first.open("email", altered).error().reason, "ciphertext_rejected") << i;
    EXPECT_FALSE(made_.first.open("email", sealed.substr(0, i))) << i;
  }
  for (std::size_t i = 0; i < made_.second.size(); ++i) {
    std::string altered = made_.second;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(envelope_.unlock(kAlice, altered)) << i;
    EXPECT_FALSE(envelope_.unlock(kAlice, made_.second.substr(0, i))) << i;
  }
}

TEST_F(EnvelopeTest, RotationRewrapsTheDataKeyAndLeavesTheFieldsAlone) {
  const std::string sealed = made_.first.seal("email", "alice@example.org").value();
  const std::string rotated_text = rotated(ring_text_);
  const Envelope after(ring_of(rotated_text));
  EXPECT_EQ(after.unlock(kAlice, made_.second)->open("email", sealed), "alice@example.org") << "old version";

  const std::string rewrapped = after.rewrap(kAlice, made_.second).value();
  EXPECT_EQ(Envelope::version_of(rewrapped), 2U);
  EXPECT_EQ(after.unlock(kAlice, rewrapped)->open("email", sealed), "alice@example.org");
  EXPECT_EQ(envelope_.unlock(kAlice, rewrapped).error().reason, "unknown_key_version");
  EXPECT_EQ(after.rewrap({"auth", "account", "bob"}, made_.second).error().reason, "ciphertext_rejected");
}

TEST_F(EnvelopeTest, KnowsADataKeyUnderAnotherVersionOfTheRing) {
  const Envelope after(ring_of(rotated(ring_text_)));
  const std::string rewrapped = after.rewrap(kAlice, made_.second).value();
  ASSERT_NE(rewrapped, made_.second);
  EXPECT_TRUE(Envelope::hold_the_same_key(made_.second, rewrapped));
  EXPECT_FALSE(Envelope::hold_the_same_key(made_.second, envelope_.create(kAlice)->second)) << "another key";
  EXPECT_FALSE(Envelope::hold_the_same_key("", "")) << "no wrapped keys";
  EXPECT_FALSE(Envelope::hold_the_same_key(made_.second, made_.second.substr(0, 30)));
}

TEST_F(EnvelopeTest, ARecordIsGoneOnceTheOldKeyIsRemovedFromTheRing) {
  json::object ring = core::parse_json_object(rotated(ring_text_)).value();
  ring["keys"].as_object().erase("1");
  const Envelope without_the_old(ring_of(json::serialize(ring)));
  EXPECT_EQ(without_the_old.unlock(kAlice, made_.second).error().reason, "unknown_key_version");
}

TEST_F(EnvelopeTest, FollowsARingThatChangesAndSaysWhenItIsLocked) {
  const auto live =
      std::make_shared<LiveKeyRing>(std::make_shared<const KeyRing>(KeyRing::from_json(ring_text_).value()));
  const Envelope envelope{std::shared_ptr<const LiveKeyRing>(live)};
  const KeyRing announced = live->snapshot()->announced().value();
  live->replace(announced);
  EXPECT_EQ(Envelope::version_of(envelope.create(kAlice)->second), 1U) << "announced, not yet used";
  live->replace(announced.promoted());
  EXPECT_EQ(Envelope::version_of(envelope.create(kAlice)->second), 2U);
  EXPECT_TRUE(envelope.unlock(kAlice, made_.second));
  live->lock();
  EXPECT_EQ(envelope.unlock(kAlice, made_.second).error().reason, "key_ring_locked");
  EXPECT_EQ(envelope.current_version().error().kind, ErrorKind::unavailable);
}

TEST(KeyRing, AnnouncesPromotesAndDropsVersions) {
  const KeyRing first = KeyRing::fresh();
  const KeyRing announced = first.announced().value();
  EXPECT_EQ(announced.current(), 1U);
  EXPECT_EQ(announced.newest(), 2U);
  const KeyRing promoted = KeyRing::from_json(announced.promoted().to_json().reveal()).value();
  EXPECT_EQ(promoted.current(), 2U);
  EXPECT_EQ(promoted.find(1)->reveal(), first.find(1)->reveal()) << "the text holds every key";
  EXPECT_EQ(promoted.without({1, 2}).versions(), std::vector<std::uint32_t>{2}) << "the current one stays";
}

TEST(KeyRing, NamesWhatIsWrongWithAFile) {
  const std::string key = core::to_base64(std::string(32, 'k'));
  const struct {
    std::string text;
    const char* detail;
  } cases[] = {
      {"", "body"},
      {R"({"current":1})", "keys: is required"},
      {R"({"current":1,"keys":{}})", "current: names a version"},
      {R"({"current":2,"keys":{"1":")" + key + R"("}})", "current: names a version"},
      {R"({"current":1,"keys":{"1":"c2hvcnQ="}})", "keys.1: must be 32 bytes"},
      {R"({"current":1,"keys":{"1":"not base64"}})", "keys.1: must be 32 bytes"},
      {R"({"current":1,"keys":{"01":")" + key + R"("}})", "a version is a number"},
      {R"({"current":0,"keys":{"0":")" + key + R"("}})", "current"},
      {R"({"current":1,"keys":{"1":7}})", "keys.1: must be a string"},
      {R"({"current":1,"keys":{"1":")" + key + R"("},"extra":1})", "extra"},
  };
  for (const auto& c : cases) {
    const auto ring = KeyRing::from_json(c.text);
    ASSERT_FALSE(ring) << c.text;
    EXPECT_EQ(ring.error().reason, "bad_key_ring");
    EXPECT_NE(ring.error().detail.find(c.detail), std::string::npos) << ring.error().detail;
    EXPECT_EQ(ring.error().detail.find(key), std::string::npos) << "no key in an error";
  }
}

TEST(KeyRing, ReadsAFileAndSaysWhichOneIsMissing) {
  const std::filesystem::path path = testing::TempDir() + "/field_keys.json";
  std::ofstream(path) << KeyRing::fresh_json();
  EXPECT_EQ(KeyRing::from_json_file(path)->current(), 1U);
  std::filesystem::remove(path);
  const auto missing = KeyRing::from_json_file(path);
  EXPECT_EQ(missing.error().reason, "key_ring_unreadable");
  EXPECT_NE(missing.error().detail.find("field_keys.json"), std::string::npos);
}

TEST(BlindIndex, IsEqualForEqualValuesOfOneFieldAndOneKeyOnly) {
  const BlindIndex index(Secret("one key"));
  const BlindIndex other(Secret("another key"));
  EXPECT_EQ(index.of("email", "a@b.c"), index.of("email", "a@b.c"));
  EXPECT_EQ(index.of("email", "a@b.c").size(), 32U);
  EXPECT_NE(index.of("email", "a@b.c"), index.of("email", "a@b.d"));
  EXPECT_NE(index.of("email", "a@b.c"), index.of("username", "a@b.c"));
  EXPECT_NE(index.of("email", "a@b.c"), other.of("email", "a@b.c"));
  EXPECT_NE(index.of("a", "bc"), index.of("ab", "c"));
}

TEST(BlindIndex, LooksUnderEveryVersionWhileItsKeyIsRotated) {
  const std::string text(40, 'k');
  const KeyRing old = KeyRing::from_json(text + "\n", KeyUse::index).value();
  const auto live =
      std::make_shared<LiveKeyRing>(std::make_shared<const KeyRing>(old.announced()->promoted()));
  const BlindIndex before{Secret(text)};
  const BlindIndex during{std::shared_ptr<const LiveKeyRing>(live)};
  const auto every = during.of_every("email", "a@b.c");
  ASSERT_EQ(every.size(), 2U);
  EXPECT_EQ(every[0], during.of("email", "a@b.c"));
  EXPECT_EQ(every[1], before.of("email", "a@b.c"));
  EXPECT_EQ(during.at_current("email", "a@b.c").version, 2U);
  EXPECT_FALSE(KeyRing::from_json("short", KeyUse::index));
}

TEST(BlindIndex, EmailIsTrimmedAndAsciiLowered) {
  EXPECT_EQ(normalised_email("  Alice@Example.ORG\r\n"), "alice@example.org");
  EXPECT_EQ(normalised_email("Ärger@x.de"), "Ärger@x.de") << "Unicode is not folded";
  EXPECT_EQ(normalised_email(" \t"), "");
}

}  // namespace
}  // namespace gatehouse::crypto
