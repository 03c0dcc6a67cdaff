// Message heads and chunked bodies: from bytes to values. Pure; head_lines does the grammar, the rules that
// keep two parsers from disagreeing (request smuggling) stand here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "http/headers.hpp"
#include "http/message.hpp"

namespace gatehouse::http {

struct HeadLimits {
  std::size_t bytes_max = 16 * 1024;
  std::size_t headers_max = 100;
};

// How long the body is (RFC 9112 section 6.3).
struct Framing {
  enum class Kind : std::uint8_t { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;
};

struct HeadFacts {
  Framing framing;
  bool keeps_alive = true;
  bool is_http10 = false;
  bool expects_continue = false;
};

// Bytes of the head including its empty line; 0: incomplete. Refuses what invites disagreement: a bare LF, a
// folded line, a NUL. `invalid`/"bad_request_head", `too_large`/"head_too_large".
[[nodiscard]] Result<std::size_t> find_head_end(std::string_view bytes, std::size_t searched,
                                                const HeadLimits& limits);

// `head` is exactly a head. Fills method, target (absolute-form becomes origin-form) and headers.
// `invalid`/"bad_request_head", "bad_host", "ambiguous_framing", "unsupported_transfer_encoding"; reason says
// which.
[[nodiscard]] Result<HeadFacts> parse_request_head(std::string_view head, const HeadLimits& limits,
                                                   Request& request);

// `bad_upstream` with the same reasons. `answers_head`: the request was HEAD.
enum class AnswerTo : std::uint8_t { head, other };
[[nodiscard]] Result<HeadFacts> parse_response_head(std::string_view head, const HeadLimits& limits, AnswerTo,
                                                    Response& response);

// Chunked transfer coding (RFC 9112 section 7.1), piece by piece.
class ChunkDecoder {
 public:
  struct Step {
    std::size_t used = 0;        // bytes of the input that are done with
    std::string_view data = {};  // body bytes, a view of the input
  };
  // Takes as much of `input` as makes one step. used == 0 and not finished: more bytes are needed.
  [[nodiscard]] Result<Step> step(std::string_view input);
  [[nodiscard]] bool is_finished() const { return state_ == State::finished; }

 private:
  enum class State : std::uint8_t { size, data, data_end, trailers, finished };
  State state_ = State::size;
  std::uint64_t left_ = 0;
  std::size_t trailer_bytes_ = 0;
};

}  // namespace gatehouse::http
