// What the guided purchase knows as it goes on, and its steps: one function each, in the order of the story.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "demo/narrator.hpp"
#include "demo/sign_in.hpp"
#include "demo/user_agent.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::demo {

struct Person {
  Person(std::string name, Secret password, const http::Target& gateway, const std::string& host);

  std::string name;
  Secret password;
  UserAgent agent;
  Tokens tokens;
};

class Story {
 public:
  // `unavailable` or `invalid` if the platform's files are not there.
  static Result<std::unique_ptr<Story>> open(const supervisor::Platform& platform, Narrator& narrator);
  Story(const supervisor::Platform& platform, Narrator& narrator_, const http::Target& gateway,
        const http::Target& provider, std::array<Secret, 3> passwords);

  void show_exchanges_of(Person& person);

  Narrator& narrator;
  Person alice;               // a customer
  Person bob;                 // another one
  Person pia;                 // handles payments
  UserAgent at_the_provider;  // the operator, with a certificate of the platform
  Endpoints endpoints;

  std::string sku;
  std::string order;
  std::string payment;
  std::int64_t total = 0;
};

struct Step {
  std::string_view title;
  Result<void> (*take)(Story&);
};
[[nodiscard]] std::span<const Step> steps();

}  // namespace gatehouse::demo
