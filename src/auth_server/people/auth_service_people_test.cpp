// What the auth service may answer, and what becomes of it.
#include "auth_server/people/auth_service_people.hpp"

#include <gtest/gtest.h>

namespace gatehouse::auth_server {
namespace {

http::Reply reply(unsigned status, std::string content) {
  http::Reply reply;
  reply.status = status;
  reply.content = std::move(content);
  return reply;
}

http::Reply problem(unsigned status, std::string_view code, std::string_view detail = {}) {
  json::object document{{"type", "about:blank"}, {"title", "x"}, {"status", status}, {"code", code}};
  if (!detail.empty()) document["detail"] = detail;
  return reply(status, json::serialize(document));
}

TEST(AuthServicePeople, reads_a_person_who_was_found_or_created) {
  for (const unsigned status : {200U, 201U}) {
    const auto person = person_from_reply(reply(
        status,
        R"({"id":"i","username":"carla","email":"c@d.test","realm_roles":["customer"],"enabled":true})"));
    ASSERT_TRUE(person) << person.error().detail;
    EXPECT_EQ(person->username, "carla");
    EXPECT_EQ(person->realm_roles, Names{"customer"});
  }
}

TEST(AuthServicePeople, passes_on_what_is_wrong_with_somebody_in_the_services_words) {
  for (const char* code : {"username_taken", "email_taken"}) {
    const auto refused = person_from_reply(problem(409, code));
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_EQ(refused.error().reason, code);
  }
  for (const char* code : {"invalid_username", "invalid_email", "invalid_name", "weak_password"}) {
    const auto refused = person_from_reply(problem(422, code, "the rule"));
    EXPECT_EQ(refused.error().kind, ErrorKind::unprocessable);
    EXPECT_EQ(refused.error().reason, code);
    EXPECT_EQ(refused.error().detail, "the rule");
    EXPECT_EQ(refused.error().origin, Origin::client);
  }
}

TEST(AuthServicePeople, makes_no_persons_fault_of_ours) {
  for (const http::Reply& answer :
       {problem(422, "unknown_role", "realm role customer"), problem(403, "admin_role"),
        problem(400, "invalid_field"), reply(422, "{"), reply(409, "[]"), reply(500, ""), reply(201, "{}"),
        reply(200, "")}) {
    const auto person = person_from_reply(answer);
    ASSERT_FALSE(person) << answer.status;
    EXPECT_EQ(person.error().kind, ErrorKind::bad_upstream) << answer.status << answer.content;
    EXPECT_EQ(person.error().origin, Origin::upstream);
  }
  for (const unsigned status : {429U, 503U})
    EXPECT_EQ(person_from_reply(problem(status, "hashing_busy")).error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace gatehouse::auth_server
