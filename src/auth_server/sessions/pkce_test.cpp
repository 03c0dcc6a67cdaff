#include "auth_server/sessions/pkce.hpp"

#include <string>

#include <gtest/gtest.h>

namespace gatehouse::auth_server {
namespace {

// RFC 7636 appendix B.
constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

TEST(Pkce, accepts_the_verifier_of_the_challenge) {
  EXPECT_TRUE(proves(kVerifier, kChallenge));
}

TEST(Pkce, refuses_every_other_verifier) {
  EXPECT_FALSE(proves("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", kChallenge));
  EXPECT_FALSE(proves("", kChallenge));
  EXPECT_FALSE(proves(kChallenge, kChallenge));
  EXPECT_FALSE(proves(kVerifier, ""));
  EXPECT_FALSE(proves("", ""));
}

TEST(Pkce, bounds_the_verifier) {
  EXPECT_FALSE(is_code_verifier(std::string(42, 'a')));
  EXPECT_TRUE(is_code_verifier(std::string(43, 'a')));
  EXPECT_TRUE(is_code_verifier(std::string(128, '~')));
  EXPECT_FALSE(is_code_verifier(std::string(129, 'a')));
  EXPECT_FALSE(is_code_verifier(std::string(42, 'a') + "+"));
  EXPECT_FALSE(is_code_verifier(std::string(42, 'a') + "\xc3\xa9"));
  EXPECT_FALSE(is_code_verifier(std::string(42, 'a') + " "));
}

TEST(Pkce, knows_a_challenge_by_its_form) {
  EXPECT_TRUE(is_code_challenge(kChallenge));
  EXPECT_FALSE(is_code_challenge(""));
  EXPECT_FALSE(is_code_challenge("short"));
  EXPECT_FALSE(is_code_challenge(std::string(kChallenge) + "="));
  EXPECT_FALSE(is_code_challenge(std::string(42, 'A') + "/"));
}

}  // namespace
}  // namespace gatehouse::auth_server
