// A request of a client to an endpoint that takes a form: read, then the client authenticated. What the
// token, introspection and revocation endpoints have in common.
#pragma once

#include "auth_server/protocol/client_authentication.hpp"
#include "auth_server/protocol/provider.hpp"

namespace gatehouse::auth_server {

struct FormCall {
  RealmCall at;
  Parameters form;
  const Client* client = nullptr;  // proven, of at.realm
};

// Reads a form body. `invalid`/"invalid_request" for another content type, a repeated parameter, or a secret
// in the query, where it would end up in logs.
[[nodiscard]] Awaitable<Result<Parameters>> read_form(service::Call&);

// Answers a form call: whatever `serve` refuses becomes an OAuth error, and the client's web origins may read
// both.
using ServeForm = Awaitable<Result<json::object>> (*)(FormCall);
// For whoever counts: what came of a form, also of one whose client is not who it says. `grant_type` as in
// the form.
using NoteAnswer = void (*)(OpenIdProvider&, std::string_view grant_type, const Result<json::object>&);
[[nodiscard]] Awaitable<Result<http::Response>> answer_form(OpenIdProvider&, service::Call&, ServeForm serve,
                                                            NoteAnswer note = nullptr);

}  // namespace gatehouse::auth_server
