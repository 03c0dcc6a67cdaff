#include "crypto/passphrase.hpp"

#include <gtest/gtest.h>

namespace gatehouse::crypto {
namespace {

const Secret kText{R"({"current":1,"keys":{"1":"…"}})"};
const Secret kPassphrase{"correct horse battery staple"};

TEST(Passphrase, OpensWhatItSealedAndNothingElseDoes) {
  const std::string pem = seal_with_passphrase(kText, kPassphrase).value();
  EXPECT_TRUE(pem.starts_with("-----BEGIN GATEHOUSE ENCRYPTED KEYS-----\n")) << pem;
  EXPECT_EQ(pem.find("current"), std::string::npos);
  EXPECT_EQ(open_with_passphrase(pem, kPassphrase)->reveal(), kText.reveal());
  const auto wrong = open_with_passphrase(pem, Secret("correct horse battery stable"));
  EXPECT_EQ(wrong.error().reason, "wrong_passphrase");
  EXPECT_NE(seal_with_passphrase(kText, kPassphrase).value(), pem) << "a salt of its own";
}

TEST(Passphrase, NoticesEveryAlteredLetter) {
  const std::string pem = seal_with_passphrase(kText, kPassphrase).value();
  const std::size_t body = pem.rfind('\n', pem.rfind("-----END") - 2) + 1;
  for (std::size_t at : {body + 1, body + 8, body + 16}) {
    std::string altered = pem;
    altered[at] = altered[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_with_passphrase(altered, kPassphrase)) << at;
  }
}

TEST(Passphrase, SaysWhatIsNoSuchFileAndRefusesAShortPassphrase) {
  EXPECT_EQ(open_with_passphrase("{}", kPassphrase).error().reason, "bad_wrapped_file");
  EXPECT_EQ(open_with_passphrase("-----BEGIN X-----\nAAAA\n-----END X-----\n", kPassphrase).error().reason,
            "bad_wrapped_file");
  // PBES2 with PBKDF2, as openssl pkcs8 -topk8 writes it: a file could name any number of rounds.
  const std::string other_scheme =
      "-----BEGIN GATEHOUSE ENCRYPTED KEYS-----\n"
      "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAi98l+CXckGrQICCAAw\n"
      "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEG48im1NCfGC/lV6QSkjVBIEQMck\n"
      "q13rMcma+SYePYl2A2+mE4dcjJsOQfKK37kPl2oTLUhKbGgMtd8SqkQj/j7ncQ8r\n"
      "Khs6Y6295U8KWYiULso=\n"
      "-----END GATEHOUSE ENCRYPTED KEYS-----\n";
  EXPECT_EQ(open_with_passphrase(other_scheme, kPassphrase).error().detail,
            "not PBES2 with scrypt (2^14, 8, 5) and AES-256-CBC");
  EXPECT_EQ(seal_with_passphrase(kText, Secret("short")).error().reason, "passphrase_too_short");
}

}  // namespace
}  // namespace gatehouse::crypto
