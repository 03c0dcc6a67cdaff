// The routes of the auth service: from a request to a use case and back, nothing else.
//
// In a path, "me" stands for the id of whoever asks.
#pragma once

#include <string>

#include "service/router.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

class AuthApi {
 public:
  // `realm`: whose people the public routes are about, the realm that issued the callers' tokens.
  AuthApi(Ports ports, std::string realm, telemetry::Metrics& metrics);

  // The object must outlive the router.
  void add_routes(service::Router& router);

 private:
  using Answer = Awaitable<Result<http::Response>>;

  Answer verify(service::Call& call);
  Answer register_person(service::Call& call);
  Answer show_for_tokens(service::Call& call);
  Answer list(service::Call& call);
  Answer create(service::Call& call);
  Answer show(service::Call& call);
  Answer update(service::Call& call);
  Answer erase(service::Call& call);
  Answer export_person(service::Call& call);
  Answer set_password(service::Call& call);
  Answer assign_roles(service::Call& call);
  Answer show_audit(service::Call& call);
  Answer list_roles(service::Call& call);

  [[nodiscard]] PersonKey key_of(const service::Call& call) const;
  [[nodiscard]] http::Response answer(const service::Call& call, unsigned status, const Person& person) const;

  void count_check(const Result<Person>& outcome);

  Ports ports_;
  std::string realm_;
  identity::RoleTable roles_;
  telemetry::Metrics& metrics_;
};

}  // namespace gatehouse::auth
