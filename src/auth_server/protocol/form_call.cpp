#include "auth_server/protocol/form_call.hpp"

#include "auth_server/protocol/answers.hpp"
#include "auth_server/protocol/cors.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::size_t kFormBytesMax = 64 * 1024;

std::unexpected<Error> bad_request(std::string why) {
  return refuse(ErrorKind::invalid, "invalid_request", std::move(why));
}

bool is_form(std::string_view content_type) {
  return core::iequals(core::trim(content_type.substr(0, content_type.find(';'))),
                       "application/x-www-form-urlencoded");
}

bool has_secret_in_query(std::string_view query) {
  const auto pairs = core::parse_form(query, 64);
  if (!pairs) return true;
  for (const auto& [name, value] : *pairs) {
    if (name == "client_secret" || name == "refresh_token" || name == "code") return true;
  }
  return false;
}

// What a form says of itself, whatever comes of it.
struct Seen {
  const Client* client = nullptr;
  std::string grant_type;
};

Awaitable<Result<json::object>> serve_form(RealmCall at, ServeForm serve, Seen& seen) {
  auto form = co_await read_form(at.call);
  if (!form) co_return fail(form);
  seen.grant_type = form->get("grant_type");
  if (at.headers().count("Authorization") > 1) co_return bad_request("Authorization is there twice");
  const auto presented = read_client(at.headers().get("Authorization"), *form);
  if (!presented) co_return fail(presented);
  seen.client = at.realm->find_client(presented->client_id);
  const auto client = authenticate_client(*at.realm, *presented);
  if (!client) co_return fail(client);
  FormCall call{std::move(at), *std::move(form), *client};
  co_return co_await serve(std::move(call));
}

}  // namespace

Awaitable<Result<Parameters>> read_form(service::Call& call) {
  if (!is_form(call.header("Content-Type"))) {
    co_return bad_request("Content-Type must be application/x-www-form-urlencoded");
  }
  if (has_secret_in_query(call.exchange.request.query()))
    co_return bad_request("Parameters belong into the body");
  const auto body = co_await call.body(kFormBytesMax);
  if (!body) co_return fail(body);
  auto form = Parameters::parse(*body);
  if (!form) co_return fail(form);
  if (form->has_repeated()) co_return bad_request("duplicated parameter");
  co_return form;
}

Awaitable<Result<http::Response>> answer_form(OpenIdProvider& provider, service::Call& call, ServeForm serve,
                                              NoteAnswer note) {
  auto entered = enter_realm(provider, call);
  if (!entered) co_return oauth_error(entered.error());
  const auto realm = entered->realm;  // keeps the client that is named below
  Seen seen;
  auto answer = co_await serve_form(*std::move(entered), serve, seen);
  if (note != nullptr) note(provider, seen.grant_type, answer);
  http::Response response = answer ? private_json(200, *answer) : oauth_error(answer.error());
  allow_origin(response, call.exchange.request.headers, seen.client);
  co_return response;
}

}  // namespace gatehouse::auth_server
