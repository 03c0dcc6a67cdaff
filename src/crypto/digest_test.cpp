#include "crypto/digest.hpp"

#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "core/secret.hpp"
#include "crypto/aead.hpp"
#include "crypto/running_digest.hpp"

namespace gatehouse::crypto {
namespace {

using core::from_hex;
using core::to_hex;

TEST(Digest, Sha256GivesThePublishedValues) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, HmacSha256GivesTheValuesOfRfc4231) {
  EXPECT_EQ(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      to_hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Digest, HmacWithAnEmptyKeyDoesNotTakeTheKeyFromBefore) {
  (void)hmac_sha256("secret", "message");
  EXPECT_EQ(to_hex(hmac_sha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// The GCM specification's test cases 13, 14 and 16 (McGrew and Viega, appendix B).
struct GcmVector {
  const char* key;
  const char* nonce;
  const char* plaintext;
  const char* aad;
  const char* sealed;
};
constexpr GcmVector kGcm[] = {
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "",
     "530f8afbc74536b9a963b4f1c4cb738b"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "00000000000000000000000000000000", "",
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf"
     "5aa0de657"
     "ba637b39",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6"
     "393ba7a0a"
     "bcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
};

TEST(Aead, SealsAndOpensThePublishedVectors) {
  for (const GcmVector& vector : kGcm) {
    const Secret key(*from_hex(vector.key));
    const auto sealed =
        seal(key, *from_hex(vector.nonce), *from_hex(vector.plaintext), *from_hex(vector.aad));
    ASSERT_TRUE(sealed);
    EXPECT_EQ(to_hex(*sealed), vector.sealed);
    const auto opened = open(key, *from_hex(vector.nonce), *sealed, *from_hex(vector.aad));
    ASSERT_TRUE(opened);
    EXPECT_EQ(to_hex(*opened), vector.plaintext);
  }
}

TEST(Aead, RefusesEveryFlippedBitAnotherKeyNonceOrContext) {
  const Secret key(std::string(32, 'k'));
  const std::string nonce(12, 'n');
  const std::string sealed = seal(key, nonce, "attack at dawn", "context").value();
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string altered = sealed;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(open(key, nonce, altered, "context").error().reason, "ciphertext_rejected") << bit;
  }
  EXPECT_FALSE(open(Secret(std::string(32, 'x')), nonce, sealed, "context"));
  EXPECT_FALSE(open(key, std::string(12, 'x'), sealed, "context"));
  EXPECT_FALSE(open(key, nonce, sealed, "another"));
  EXPECT_FALSE(open(key, nonce, sealed.substr(0, 15), "context"));
  EXPECT_EQ(open(key, nonce, sealed, "context"), "attack at dawn");
}

TEST(Aead, RefusesKeysAndNoncesOfAnotherLength) {
  const std::string nonce(12, 'n');
  EXPECT_EQ(seal(Secret(std::string(16, 'k')), nonce, "", "").error().reason, "bad_key_length");
  EXPECT_EQ(seal(Secret(), nonce, "", "").error().reason, "bad_key_length");
  EXPECT_EQ(seal(Secret(std::string(32, 'k')), "short", "", "").error().reason, "bad_nonce_length");
}

TEST(Digest, InPiecesIsTheSameAsAtOnce) {
  RunningDigest digest;
  for (const std::string_view piece : {"ab", "", "c"}) digest.update(piece);
  EXPECT_EQ(digest.finish(), sha256("abc"));
}

}  // namespace
}  // namespace gatehouse::crypto
