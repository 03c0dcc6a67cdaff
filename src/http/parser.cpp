#include "http/parser.hpp"

#include <cstring>

#include <boost/beast/http/basic_parser.hpp>

#include "core/text.hpp"

namespace gatehouse::http {

namespace beast = boost::beast;
using beast::http::field;
using boost::system::error_code;

namespace {

// What Beast finds goes straight into our flat headers; its own body handling stays unused.
template <bool is_request>
class HeadParser final : public beast::http::basic_parser<is_request> {
 public:
  HeadParser(Headers& headers_, const HeadLimits& limits_) : headers(headers_), limits(limits_) {
    this->header_limit(static_cast<std::uint32_t>(limits.bytes_max));
    this->body_limit(boost::none);
  }

  Headers& headers;
  const HeadLimits& limits;
  std::string_view method;
  std::string_view target;
  unsigned status = 0;
  int version = 11;
  unsigned hosts = 0;
  unsigned lengths = 0;
  unsigned transfer_encodings = 0;
  bool expects_continue = false;
  bool has_too_many = false;

 private:
  using View = beast::string_view;
  static std::string_view std_view(View text) { return {text.data(), text.size()}; }

  void on_request_impl(beast::http::verb /*verb*/, View method_, View target_, int version_,
                       error_code& /*ec*/) override {
    method = std_view(method_);
    target = std_view(target_);
    version = version_;
  }
  void on_response_impl(int code, View /*reason*/, int version_, error_code& /*ec*/) override {
    status = static_cast<unsigned>(code);
    version = version_;
  }
  void on_field_impl(field name, View name_text, View value, error_code& /*ec*/) override {
    if (headers.size() >= limits.headers_max) has_too_many = true;
    if (has_too_many) return;
    if (name == field::host) ++hosts;
    if (name == field::content_length) ++lengths;
    if (name == field::transfer_encoding) ++transfer_encodings;
    if (name == field::expect) expects_continue = core::iequals(std_view(value), "100-continue");
    headers.add(std_view(name_text), std_view(value));
  }
  void on_header_impl(error_code& /*ec*/) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, error_code& /*ec*/) override {}
  std::size_t on_body_impl(View /*body*/, error_code& /*ec*/) override { return 0; }
  void on_chunk_header_impl(std::uint64_t /*size*/, View /*extensions*/, error_code& /*ec*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*left*/, View /*body*/, error_code& /*ec*/) override {
    return 0;
  }
  void on_finish_impl(error_code& /*ec*/) override {}
};

template <class Parser>
Result<void> run(Parser& parser, std::string_view head, ErrorKind kind) {
  error_code error;
  parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error && error != beast::http::error::need_more) {
    return refuse(kind, "bad_request_head", error.message());
  }
  if (parser.has_too_many) return refuse(ErrorKind::too_large, "head_too_large", "too many header fields");
  if (!parser.is_header_done()) return refuse(kind, "bad_request_head", "the head is incomplete");
  return {};
}

// RFC 9112 section 6.1: both lengths, a length twice, or a coding other than one final "chunked" are refused
// rather than interpreted.
template <class Parser>
Result<Framing> framing_of(const Parser& parser, ErrorKind kind) {
  if (parser.lengths + parser.transfer_encodings > 1) return refuse(kind, "ambiguous_framing");
  if (parser.transfer_encodings == 1) {
    if (!core::iequals(core::trim(parser.headers.get("Transfer-Encoding")), "chunked")) {
      return refuse(kind, "unsupported_transfer_encoding");
    }
    return Framing{Framing::Kind::chunked};
  }
  if (parser.lengths == 0) return Framing{};
  const auto length = core::parse_int<std::uint64_t>(core::trim(parser.headers.get("Content-Length")));
  if (!length || *length > (1ULL << 62)) return refuse(kind, "ambiguous_framing", "bad Content-Length");
  return Framing{*length == 0 ? Framing::Kind::none : Framing::Kind::length, *length};
}

// "http://host/path" → "/path" with that host (RFC 9112 section 3.2.2).
Result<void> to_origin_form(std::string_view target, Request& request) {
  if (target.starts_with('/') || (target == "*" && request.method == "OPTIONS")) {
    request.target = target;
    return {};
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() <= scheme.size() || !core::iequals(target.substr(0, scheme.size()), scheme)) continue;
    const auto rest = target.substr(scheme.size());
    const auto end = rest.find_first_of("/?");
    const auto authority = rest.substr(0, end);
    if (authority.empty() || authority.find('@') != std::string_view::npos) break;
    request.headers.set("Host", authority);
    const auto path = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
    request.target = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
    return {};
  }
  return refuse(ErrorKind::invalid, "bad_request_head", "the request target is not understood");
}

bool is_host(std::string_view host) {
  return host.find_first_of(" \t/?#@,\\") == std::string_view::npos && host.size() <= 255;
}

}  // namespace

Result<std::size_t> find_head_end(std::string_view bytes, std::size_t searched, const HeadLimits& limits) {
  // Two lines may meet at the border of what was searched before.
  std::size_t at = searched > 3 ? searched - 3 : 0;
  while (at < bytes.size()) {
    const void* found = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
    if (found == nullptr) break;
    const auto line_end = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (line_end == 0 || bytes[line_end - 1] != '\r')
      return refuse(ErrorKind::invalid, "bad_request_head", "bare LF");
    if (line_end >= 3 && bytes[line_end - 2] == '\n') return line_end + 1;
    if (line_end + 1 < bytes.size() && (bytes[line_end + 1] == ' ' || bytes[line_end + 1] == '\t')) {
      return refuse(ErrorKind::invalid, "bad_request_head", "folded header line");
    }
    at = line_end + 1;
  }
  if (bytes.size() >= limits.bytes_max) return refuse(ErrorKind::too_large, "head_too_large");
  return 0;
}

Result<HeadFacts> parse_request_head(std::string_view head, const HeadLimits& limits, Request& request) {
  request.headers.clear();
  request.headers.reserve(16, head.size());
  HeadParser<true> parser(request.headers, limits);
  if (auto parsed = run(parser, head, ErrorKind::invalid); !parsed) return fail(parsed);
  request.method.assign(parser.method);
  if (auto formed = to_origin_form(parser.target, request); !formed) return fail(formed);

  const bool is_http10 = parser.version < 11;
  if (parser.hosts > 1 || (parser.hosts == 0 && !is_http10) || !is_host(request.headers.get("Host"))) {
    return refuse(ErrorKind::invalid, "bad_host", "exactly one valid Host header is required");
  }
  const auto framing = framing_of(parser, ErrorKind::invalid);
  if (!framing) return fail(framing);
  if (is_http10 && framing->kind == Framing::Kind::chunked)
    return refuse(ErrorKind::invalid, "ambiguous_framing");
  return HeadFacts{.framing = *framing,
                   .keeps_alive = parser.keep_alive(),
                   .is_http10 = is_http10,
                   .expects_continue = parser.expects_continue && !is_http10};
}

Result<HeadFacts> parse_response_head(std::string_view head, const HeadLimits& limits, AnswerTo answer_to,
                                      Response& response) {
  response.headers.clear();
  response.headers.reserve(16, head.size() + 256);  // the gateway adds its own
  HeadParser<false> parser(response.headers, limits);
  parser.skip(true);
  if (auto parsed = run(parser, head, ErrorKind::bad_upstream); !parsed) return fail(parsed);
  response.status = parser.status;
  auto framing = framing_of(parser, ErrorKind::bad_upstream);
  if (!framing) return fail(framing);
  const bool says_length = parser.lengths + parser.transfer_encodings > 0;
  if (answer_to == AnswerTo::head || parser.status < 200 || parser.status == 204 || parser.status == 304) {
    *framing = Framing{};
  } else if (!says_length) {
    *framing = Framing{Framing::Kind::until_close};
  }
  const bool keeps_alive =
      framing->kind != Framing::Kind::until_close &&
      !core::iequals(response.headers.get("Connection"), "close") &&
      (parser.version >= 11 || core::iequals(response.headers.get("Connection"), "keep-alive"));
  return HeadFacts{.framing = *framing, .keeps_alive = keeps_alive, .is_http10 = parser.version < 11};
}

Result<ChunkDecoder::Step> ChunkDecoder::step(std::string_view input) {
  static constexpr std::size_t line_max = 1024;  // chunk extensions and trailer lines
  static constexpr std::size_t trailers_max = 8 * 1024;
  const auto bad = [] { return refuse(ErrorKind::invalid, "bad_chunk"); };

  if (state_ == State::data) {
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
    left_ -= take;
    if (left_ == 0) state_ = State::data_end;
    return Step{take, input.substr(0, take)};
  }
  if (state_ == State::data_end) {
    if (input.size() < 2) return input == "" || input == "\r" ? Result<Step>(Step{}) : bad();
    if (!input.starts_with("\r\n")) return bad();
    state_ = State::size;
    return Step{2};
  }
  const auto end = input.find('\n');
  if (end == std::string_view::npos) return input.size() > line_max ? bad() : Result<Step>(Step{});
  if (end == 0 || end > line_max || input[end - 1] != '\r') return bad();
  const auto line = input.substr(0, end - 1);

  if (state_ == State::trailers) {
    trailer_bytes_ += end + 1;
    if (trailer_bytes_ > trailers_max) return bad();
    if (line.empty()) state_ = State::finished;  // trailer fields are dropped: nothing here relies on them
    return Step{end + 1};
  }
  const auto digits = core::trim(line.substr(0, line.find(';')));
  if (digits.empty() || digits.size() > 15) return bad();
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (error != std::errc{} || stop != digits.data() + digits.size()) return bad();
  state_ = left_ == 0 ? State::trailers : State::data;
  return Step{end + 1};
}

}  // namespace gatehouse::http
