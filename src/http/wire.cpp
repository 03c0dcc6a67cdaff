#include "http/wire.hpp"

#include <cstring>

#include <fmt/format.h>

namespace gatehouse::http {

namespace {

// Read buffers that nobody needs right now, per thread. Nearly every request finds one that is still in the
// cache.
struct SpareBuffers {
  static constexpr std::size_t kept_max = 64;
  std::size_t capacity = 0;  // buffers of one worker are nearly always of one size; others are not kept
  std::vector<std::unique_ptr<char[]>> kept;
};
thread_local SpareBuffers spare_buffers;

std::unique_ptr<char[]> take_buffer(std::size_t capacity) {
  if (spare_buffers.capacity != capacity || spare_buffers.kept.empty()) {
    return std::make_unique_for_overwrite<char[]>(capacity);
  }
  auto buffer = std::move(spare_buffers.kept.back());
  spare_buffers.kept.pop_back();
  return buffer;
}

void give_buffer(std::unique_ptr<char[]> buffer, std::size_t capacity) {
  if (spare_buffers.kept.empty()) spare_buffers.capacity = capacity;
  if (spare_buffers.capacity != capacity || spare_buffers.kept.size() >= SpareBuffers::kept_max) return;
  spare_buffers.kept.push_back(std::move(buffer));
}

}  // namespace

Wire::~Wire() {
  if (buffer_) give_buffer(std::move(buffer_), capacity_);
}

Result<std::span<char>> Wire::make_room() {
  if (!buffer_) buffer_ = take_buffer(capacity_);
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == capacity_) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == capacity_) return refuse(ErrorKind::too_large, "head_too_large");
  return std::span<char>(buffer_.get() + end_, capacity_ - end_);
}

Awaitable<Result<std::size_t>> Wire::fill() {
  const auto room = make_room();
  if (!room) co_return fail(room);
  const auto got = co_await stream.read_some(*room);
  if (got) end_ += *got;
  co_return got;
}

Awaitable<Result<std::size_t>> Wire::fill_from_new_message() {
  const auto room = make_room();
  if (!room) co_return fail(room);
  const auto got = co_await stream.read_message(*room);
  if (got) end_ += *got;
  co_return got;
}

Eventual<Result<std::string_view>> Wire::read_head(const HeadLimits& limits) {
  if (buffered().empty()) return wait_for_head(limits);
  const auto size = find_head_end(buffered(), 0, limits);
  if (!size) return fail(size);
  if (*size > 0) return buffered().substr(0, *size);
  return wait_for_head(limits);
}

Awaitable<Result<std::string_view>> Wire::wait_for_head(const HeadLimits& limits) {
  for (;;) {
    const std::size_t searched = buffered().size();
    const auto got = searched == 0 ? co_await fill_from_new_message() : co_await fill();
    if (!got) co_return fail(got);
    if (*got == 0) {
      if (searched == 0) co_return std::string_view{};
      co_return fail(ErrorKind::unavailable, "connection_lost", "the peer ended within a head");
    }
    const auto size = find_head_end(buffered(), searched, limits);
    if (!size) co_return fail(size);
    if (*size > 0) co_return buffered().substr(0, *size);
  }
}

void Wire::release_buffer() {
  if (begin_ != end_ || !buffer_) return;
  give_buffer(std::move(buffer_), capacity_);
  begin_ = end_ = 0;
}

WireBody::WireBody(Wire& wire, Framing framing, std::uint64_t bytes_max)
    : wire_(wire),
      framing_(framing),
      left_(framing.length),
      bytes_max_(bytes_max),
      is_finished_(framing.kind == Framing::Kind::none) {}

std::optional<std::uint64_t> WireBody::size() const {
  if (framing_.kind == Framing::Kind::none) return 0;
  if (framing_.kind == Framing::Kind::length) return framing_.length;
  return std::nullopt;
}

Result<std::string_view> WireBody::take() {
  if (framing_.kind != Framing::Kind::chunked) {
    auto piece = wire_.buffered();
    if (framing_.kind == Framing::Kind::length) {
      piece = piece.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece.size())));
      left_ -= piece.size();
      if (left_ == 0) is_finished_ = true;
    }
    wire_.consume(piece.size());
    bytes_ += piece.size();
    if (bytes_ > bytes_max_) return refuse(ErrorKind::too_large, "body_too_large");
    return piece;
  }
  for (;;) {
    const auto step = chunks_.step(wire_.buffered());
    if (!step) return fail(step);
    wire_.consume(step->used);
    if (chunks_.is_finished()) {
      is_finished_ = true;
      return std::string_view{};
    }
    bytes_ += step->data.size();
    if (bytes_ > bytes_max_) return refuse(ErrorKind::too_large, "body_too_large");
    if (!step->data.empty() || step->used == 0) return step->data;
  }
}

std::string_view WireBody::ready() {
  if (is_finished_) return {};
  auto piece = take();
  if (!piece) {
    ready_failed_ = piece.error();
    return {};
  }
  return *piece;
}

Awaitable<Result<std::string_view>> WireBody::read() {
  if (ready_failed_) co_return std::unexpected(*ready_failed_);
  while (!is_finished_) {
    const auto piece = take();
    if (!piece || !piece->empty()) co_return piece;
    if (is_finished_) break;
    if (!std::exchange(has_waited_, true)) {
      const auto prepared = co_await before_first_fill();
      if (!prepared) co_return fail(prepared);
    }
    const auto got = co_await wire_.fill();
    if (!got) co_return fail(got);
    if (*got == 0) {
      if (framing_.kind != Framing::Kind::until_close) {
        co_return fail(ErrorKind::unavailable, "connection_lost", "the peer ended within a body");
      }
      is_finished_ = true;
    }
  }
  co_return std::string_view{};
}

std::string SpareHeads::take() {
  if (spare_.empty()) return {};
  std::string head = std::move(spare_.back());
  spare_.pop_back();
  head.clear();
  return head;
}

void SpareHeads::give_back(std::string head) {
  static constexpr std::size_t heads_max = 64;
  static constexpr std::size_t bytes_max = 16 * 1024;
  if (spare_.size() < heads_max && head.capacity() <= bytes_max) spare_.push_back(std::move(head));
}

Eventual<Result<void>> write_together(net::Stream& stream, std::string& head, std::string_view body) {
  static constexpr std::size_t copied_max = 4 * 1024;
  if (body.size() > copied_max) return stream.write(head, body);
  head.append(body);
  return stream.write(head);
}

Awaitable<Result<std::uint64_t>> write_body(net::Stream& stream, Body& body, WriteBodyOptions options) {
  std::string head = std::move(options.head);
  std::uint64_t bytes = 0;
  const bool is_chunked = options.framing.kind == Framing::Kind::chunked;
  for (bool is_first = true;; is_first = false) {
    std::string_view piece = is_first ? body.ready() : std::string_view{};
    if (piece.empty() && is_first && !body.is_finished()) {
      // Nothing is here yet: the peer should not wait for the head meanwhile.
      const auto sent = co_await stream.write(head);
      if (!sent) co_return fail(sent);
      head.clear();
    }
    if (piece.empty()) {
      const auto next = co_await body.read();
      if (!next) co_return fail(next);
      piece = *next;
    }
    if (piece.empty()) break;
    if (options.framing.kind == Framing::Kind::length && bytes + piece.size() > options.framing.length) {
      co_return fail(ErrorKind::bad_upstream, "body_longer_than_announced");
    }
    stream.expires_at(std::chrono::steady_clock::now() + options.progress_timeout);
    bytes += piece.size();
    if (is_chunked) head += fmt::format("{:x}\r\n", piece.size());
    const auto sent = co_await stream.write(head, piece);
    if (!sent) co_return fail(sent);
    head.assign(is_chunked ? "\r\n" : "");
  }
  if (options.framing.kind == Framing::Kind::length && bytes != options.framing.length) {
    co_return fail(ErrorKind::bad_upstream, "body_shorter_than_announced");
  }
  if (is_chunked) head += "0\r\n\r\n";
  if (!head.empty()) {
    const auto sent = co_await stream.write(head);
    if (!sent) co_return fail(sent);
  }
  co_return bytes;
}

}  // namespace gatehouse::http
