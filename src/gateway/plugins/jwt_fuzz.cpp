// Looking for a token in a request of any shape gives a piece of that request, or nothing.
#include <cstdlib>

#include "gateway/plugins/jwt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t half = size / 2;
  gateway::plugins::JwtConfig config;
  config.cookie_names = {"session"};
  http::Headers headers;
  headers.add("Authorization", text.substr(0, half));
  headers.add("Cookie", text.substr(half));
  const auto search = gateway::plugins::find_token(config, headers, text);
  if (search.token.size() > size) std::abort();
  return 0;
}
