#include "telemetry/trace.hpp"

#include <algorithm>
#include <bit>
#include <span>

#include "telemetry/random.hpp"
#include "telemetry/spans.hpp"

namespace gatehouse::telemetry {
namespace {

constexpr std::size_t kHeaderSize = 55;  // 2 + 1 + 32 + 1 + 16 + 1 + 2

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;  // upper case too: section 3.2.2 allows lower case only
}

bool read_hex(std::string_view text, std::span<std::uint8_t> into) {
  for (std::size_t i = 0; i < into.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    into[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

// Both digits of every byte: a header or log line is made for each request.
constexpr auto kHexPairs = [] {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t byte = 0; byte < 256; ++byte) pairs[byte] = {kDigits[byte >> 4U], kDigits[byte & 15U]};
  return pairs;
}();

void append_hex(std::string& text, std::span<const std::uint8_t> bytes) {
  std::array<char, 32> digits;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    std::ranges::copy(kHexPairs[bytes[i]], digits.data() + 2 * i);
  text.append(digits.data(), 2 * bytes.size());
}

bool all_zero(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

template <std::size_t Size>
std::array<std::uint8_t, Size> random_id() {
  std::array<std::uint8_t, Size> id;
  for (std::size_t i = 0; i < Size; i += 8) {
    const auto bytes = std::bit_cast<std::array<std::uint8_t, 8>>(fast_random());
    std::ranges::copy(bytes, id.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (all_zero(id)) id[0] = 1;
  return id;
}

}  // namespace

TraceContext TraceContext::start() {
  TraceContext trace{random_id<16>(), random_id<8>()};
  if (!spans::chooses(trace.trace_id)) trace.flags = 0;
  return trace;
}

std::optional<TraceContext> TraceContext::parse(std::string_view traceparent) {
  if (traceparent.size() < kHeaderSize) return std::nullopt;
  if (traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-') return std::nullopt;
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  TraceContext trace;
  if (!read_hex(traceparent, version) || version[0] == 0xFF) return std::nullopt;
  // Version 00 ends here; a later one may go on after another dash.
  if (traceparent.size() > kHeaderSize && (version[0] == 0 || traceparent[kHeaderSize] != '-'))
    return std::nullopt;
  if (!read_hex(traceparent.substr(3), trace.trace_id) || all_zero(trace.trace_id)) return std::nullopt;
  if (!read_hex(traceparent.substr(36), trace.span_id) || all_zero(trace.span_id)) return std::nullopt;
  if (!read_hex(traceparent.substr(53), flags)) return std::nullopt;
  trace.flags = flags[0] & TraceContext::kSampled;  // the others are reserved and must not be passed on
  return trace;
}

TraceContext TraceContext::child() const {
  return {trace_id, random_id<8>(), flags, span_id};
}

std::string TraceContext::to_header() const {
  std::string header;
  header.reserve(kHeaderSize);
  header = "00-";
  append_hex(header, trace_id);
  header += '-';
  append_hex(header, span_id);
  header += '-';
  append_hex(header, std::span(&flags, 1));
  return header;
}

std::string TraceContext::trace_id_hex() const {
  std::string text;
  append_hex(text, trace_id);
  return text;
}

std::string TraceContext::span_id_hex() const {
  std::string text;
  append_hex(text, span_id);
  return text;
}

std::string TraceContext::parent_id_hex() const {
  std::string text;
  append_hex(text, parent_id);
  return text;
}

}  // namespace gatehouse::telemetry
