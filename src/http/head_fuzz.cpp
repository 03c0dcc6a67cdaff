// Heads and chunked bodies from hostile bytes: nothing crashes, and what is accepted is framed one way only.
#include <cstdlib>

#include "http/parser.hpp"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const http::HeadLimits limits;
  const auto end = http::find_head_end(bytes, 0, limits);
  if (end && *end > 0) {
    http::Request request;
    const auto facts = http::parse_request_head(bytes.substr(0, *end), limits, request);
    if (facts) {
      const auto lengths =
          request.headers.count("Content-Length") + request.headers.count("Transfer-Encoding");
      if (lengths > 1 || request.headers.count("Host") > 1 || request.target.empty()) std::abort();
      for (const auto field : request.headers) {
        if (field.value.find('\n') != std::string_view::npos) std::abort();
      }
    }
    http::Response response;
    (void)http::parse_response_head(bytes.substr(0, *end), limits, http::AnswerTo::other, response);
  }
  http::ChunkDecoder decoder;
  std::string_view left = bytes;
  while (!decoder.is_finished()) {
    const auto step = decoder.step(left);
    if (!step || step->used == 0) break;
    left.remove_prefix(step->used);
  }
  return 0;
}
