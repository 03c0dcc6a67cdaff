// Authorization requests of any bytes: read without harm, and never an answer to a URI that was not
// registered.
#include <cstdlib>

#include "auth_server/protocol/authorize_request.hpp"

using namespace gatehouse;
using namespace gatehouse::auth_server;

namespace {

Realm fuzz_realm() {
  Realm realm;
  realm.name = "t";
  realm.issuer = "https://id.example.com/realms/t";
  Client client;
  client.client_id = "a";
  client.grants.authorization_code = true;
  client.redirect_uris.push_back(*RedirectPattern::parse("https://a.test/cb", PathTail::accepted));
  client.redirect_uris.push_back(*RedirectPattern::parse("https://a.test/x/*", PathTail::accepted));
  client.redirect_uris.push_back(*RedirectPattern::parse("http://127.0.0.1/cb", PathTail::accepted));
  realm.clients.emplace("a", std::move(client));
  return realm;
}

void check_location(const ReturnAddress& back, const std::string& location) {
  const bool is_ours = location.starts_with("https://a.test/cb?") ||
                       location.starts_with("https://a.test/cb#") ||
                       location.starts_with("https://a.test/x/") || location.starts_with("http://127.0.0.1");
  if (!is_ours || back.redirect_uri.find_first_of("\r\n #\\@") != std::string::npos) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Realm realm = fuzz_realm();
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  // Half of the inputs start from a request that is nearly right, so that the later rules are reached too.
  const std::string prefix = "client_id=a&redirect_uri=https%3A%2F%2Fa.test%2Fcb&response_type=code&";
  for (const std::string& input : {std::string(text), prefix + std::string(text)}) {
    const auto parameters = Parameters::parse(input);
    if (!parameters) continue;
    const AuthorizeOutcome outcome = read_authorize_request(*parameters, realm);
    if (const auto* error = std::get_if<RedirectError>(&outcome)) {
      check_location(error->back, location_of(error->back, error_answer(*error, realm.issuer)));
    }
    if (const auto* request = std::get_if<AuthorizeRequest>(&outcome)) {
      check_location(request->back,
                     location_of(request->back, success_answer(request->back, realm.issuer, "s", "c")));
    }
  }
  return 0;
}
