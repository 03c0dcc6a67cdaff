#include "http/parser.hpp"

#include <cstring>

#include "core/text.hpp"
#include "http/head_lines.hpp"

namespace gatehouse::http {

namespace {

// What the fields of a head say about the connection and the body, gathered in one pass.
struct Findings {
  unsigned hosts = 0;
  unsigned lengths = 0;
  unsigned transfer_encodings = 0;
  bool expects_continue = false;
  bool says_close = false;
  bool says_keep_alive = false;
};

void note_connection(Findings& findings, std::string_view value) {
  while (!value.empty()) {
    const auto comma = std::min(value.find(','), value.size());
    const auto option = core::trim(value.substr(0, comma));
    findings.says_close = findings.says_close || core::iequals(option, "close");
    findings.says_keep_alive = findings.says_keep_alive || core::iequals(option, "keep-alive");
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
}

void note(Findings& findings, const HeaderField& field) {
  const auto is = [&field](std::string_view name) { return core::iequals(field.name, name); };
  switch (field.name.size()) {
    case 4:
      if (is("Host")) ++findings.hosts;
      return;
    case 6:
      if (is("Expect")) findings.expects_continue = core::iequals(field.value, "100-continue");
      return;
    case 10:
      if (is("Connection")) note_connection(findings, field.value);
      return;
    case 14:
      if (is("Content-Length")) ++findings.lengths;
      return;
    case 17:
      if (is("Transfer-Encoding")) ++findings.transfer_encodings;
      return;
    default:
      return;
  }
}

Result<Findings> read_fields(HeadLines& lines, const HeadLimits& limits, Headers& headers, ErrorKind kind) {
  Findings findings;
  HeaderField field;
  const std::string_view all = lines.rest();
  headers.receive(all);
  for (;;) {
    const auto found = lines.next(field);
    if (found == HeadLines::Found::end) return findings;
    if (found == HeadLines::Found::malformed)
      return refuse(kind, "bad_request_head", "a malformed header line");
    if (headers.size() >= limits.headers_max) {
      return refuse(ErrorKind::too_large, "head_too_large", "too many header fields");
    }
    note(findings, field);
    headers.add_received(all, field, all.size() - lines.rest().size());
  }
}

// RFC 9112 section 6.1: both lengths, a length twice, or a coding other than one final "chunked" are refused
// rather than interpreted.
Result<Framing> framing_of(const Findings& findings, const Headers& headers, ErrorKind kind) {
  if (findings.lengths + findings.transfer_encodings > 1) return refuse(kind, "ambiguous_framing");
  if (findings.transfer_encodings == 1) {
    if (!core::iequals(headers.get("Transfer-Encoding"), "chunked")) {
      return refuse(kind, "unsupported_transfer_encoding");
    }
    return Framing{Framing::Kind::chunked};
  }
  if (findings.lengths == 0) return Framing{};
  const auto length = core::parse_int<std::uint64_t>(headers.get("Content-Length"));
  if (!length || *length > (1ULL << 62)) return refuse(kind, "ambiguous_framing", "bad Content-Length");
  return Framing{*length == 0 ? Framing::Kind::none : Framing::Kind::length, *length};
}

// RFC 9112 section 9.3.
bool keeps_alive(const Findings& findings, Version version) {
  return !findings.says_close && (version == Version::http11 || findings.says_keep_alive);
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
  request.headers.reserve(32, head.size() + 512);  // the gateway adds its own
  HeadLines lines(head);
  const auto line = lines.request_line();
  if (!line) return refuse(ErrorKind::invalid, "bad_request_head", "a malformed request line");
  const auto findings = read_fields(lines, limits, request.headers, ErrorKind::invalid);
  if (!findings) return fail(findings);
  request.method.assign(line->method);
  if (auto formed = to_origin_form(line->target, request); !formed) return fail(formed);

  const bool is_http10 = line->version == Version::http10;
  if (findings->hosts > 1 || (findings->hosts == 0 && !is_http10) || !is_host(request.headers.get("Host"))) {
    return refuse(ErrorKind::invalid, "bad_host", "exactly one valid Host header is required");
  }
  const auto framing = framing_of(*findings, request.headers, ErrorKind::invalid);
  if (!framing) return fail(framing);
  if (is_http10 && framing->kind == Framing::Kind::chunked)
    return refuse(ErrorKind::invalid, "ambiguous_framing");
  return HeadFacts{.framing = *framing,
                   .keeps_alive = keeps_alive(*findings, line->version),
                   .is_http10 = is_http10,
                   .expects_continue = findings->expects_continue && !is_http10};
}

Result<HeadFacts> parse_response_head(std::string_view head, const HeadLimits& limits, AnswerTo answer_to,
                                      Response& response) {
  response.headers.reserve(24, head.size() + 512);  // the gateway adds its own
  HeadLines lines(head);
  const auto line = lines.status_line();
  if (!line) return refuse(ErrorKind::bad_upstream, "bad_request_head", "a malformed status line");
  const auto findings = read_fields(lines, limits, response.headers, ErrorKind::bad_upstream);
  if (!findings) return fail(findings);
  response.status = line->status;
  auto framing = framing_of(*findings, response.headers, ErrorKind::bad_upstream);
  if (!framing) return fail(framing);
  const bool says_length = findings->lengths + findings->transfer_encodings > 0;
  if (answer_to == AnswerTo::head || line->status < 200 || line->status == 204 || line->status == 304) {
    *framing = Framing{};
  } else if (!says_length) {
    *framing = Framing{Framing::Kind::until_close};
  }
  const bool is_reusable =
      framing->kind != Framing::Kind::until_close && keeps_alive(*findings, line->version);
  return HeadFacts{
      .framing = *framing, .keeps_alive = is_reusable, .is_http10 = line->version == Version::http10};
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
