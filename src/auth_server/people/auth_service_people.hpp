// People, asked of the auth service: POST /internal/credentials/verify, GET /internal/users/{id} and POST
// /internal/users.
#pragma once

#include <chrono>

#include "auth_server/people/people.hpp"
#include "core/fields.hpp"
#include "service/peers.hpp"

namespace gatehouse::auth_server {

struct AuthServiceOptions {
  std::string service = "auth-service";      // its discovery name
  std::chrono::milliseconds timeout{5'000};  // of one question, within the request's deadline
  unsigned tries_max = 3;                    // of a question that surely had no effect yet
};

class AuthServicePeople final : public People {
 public:
  AuthServicePeople(service::Peers& peers, AuthServiceOptions options)
      : peers_(peers), options_(std::move(options)) {}

  [[nodiscard]] Awaitable<Result<Person>> verify(Credentials credentials, Question question) override;
  [[nodiscard]] Awaitable<Result<Person>> find(std::string realm, std::string id, Question question) override;
  [[nodiscard]] Awaitable<Result<Person>> create(Registration wanted, Question question) override;

 private:
  enum class Effect { none, lasting };
  [[nodiscard]] Awaitable<Result<Person>> ask(http::Request request, Question question, Effect effect);

  service::Peers& peers_;
  AuthServiceOptions options_;
};

// What the auth service answered; the errors of People.
[[nodiscard]] Result<Person> person_from_reply(const http::Reply&);
// The auth service's document of a person. `bad_upstream`/"bad_person" if it is none.
[[nodiscard]] Result<Person> person_from_json(const json::object&);

}  // namespace gatehouse::auth_server
