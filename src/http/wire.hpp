// The reading end of one HTTP/1.1 connection: a buffer over a stream, from which heads and body pieces are
// taken. Server and client share it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/body.hpp"
#include "http/parser.hpp"
#include "net/stream.hpp"

namespace gatehouse::http {

class Wire {
 public:
  Wire(net::Stream stream_, std::size_t capacity) : stream(std::move(stream_)), capacity_(capacity) {}
  ~Wire();
  Wire(Wire&&) noexcept = default;

  net::Stream stream;

  // What was read and not yet consumed.
  [[nodiscard]] std::string_view buffered() const {
    return std::string_view(buffer_.get() + begin_, end_ - begin_);
  }
  void consume(std::size_t bytes) { begin_ += bytes; }

  // Reads more; 0: the peer has ended. Moves what is buffered to the front when room is needed, so views die.
  [[nodiscard]] Awaitable<Result<std::size_t>> fill();
  // The same where the peer is to begin a new message: see net::Stream::read_message.
  [[nodiscard]] Awaitable<Result<std::size_t>> fill_from_new_message();

  // The next head, without consuming it; empty if the peer ended cleanly before its first byte. `limits` must
  // live until it is there.
  [[nodiscard]] Eventual<Result<std::string_view>> read_head(const HeadLimits& limits);

  // Lends the buffer of an idle connection to the next one that reads: thousands of idle connections cost
  // nothing.
  void release_buffer();

 private:
  [[nodiscard]] Result<std::span<char>> make_room();
  [[nodiscard]] Awaitable<Result<std::string_view>> wait_for_head(const HeadLimits& limits);

  std::size_t capacity_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// A body as its framing says, pulled from a wire. The wire must outlive it.
class WireBody : public Body {
 public:
  WireBody(Wire& wire, Framing framing, std::uint64_t bytes_max);

  [[nodiscard]] Awaitable<Result<std::string_view>> read() override;
  [[nodiscard]] std::string_view ready() override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override;
  [[nodiscard]] bool is_finished() const override { return is_finished_; }

  // Bytes of body that were handed out.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 protected:
  // Called before the first wait for bytes: a server sends 100 (Continue) here.
  [[nodiscard]] virtual Awaitable<Result<void>> before_first_fill() { co_return Result<void>{}; }

 private:
  // A piece of what is buffered; empty: more is needed, or the end.
  [[nodiscard]] Result<std::string_view> take();

  Wire& wire_;
  Framing framing_;
  std::uint64_t left_;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_max_;
  ChunkDecoder chunks_;
  std::optional<Error> ready_failed_;
  bool is_finished_;
  bool has_waited_ = false;
};

// Heads on their way out: the memory that was given back last is taken first, because it is still in the
// cache.
class SpareHeads {
 public:
  [[nodiscard]] std::string take();  // empty
  void give_back(std::string head);

 private:
  std::vector<std::string> spare_;
};

// Writes head and body as one. A small body is copied behind the head: cheaper than telling the kernel of two
// places.
[[nodiscard]] Eventual<Result<void>> write_together(net::Stream& stream, std::string& head,
                                                    std::string_view body);

// Writes a body to a stream, chunked when its size is not announced. Moves the deadline on with every piece.
struct WriteBodyOptions {
  std::string head;  // sent before the first piece, together with it
  Framing framing;   // length, chunked or until_close
  std::chrono::milliseconds progress_timeout{30'000};
};
[[nodiscard]] Awaitable<Result<std::uint64_t>> write_body(net::Stream& stream, Body& body,
                                                          WriteBodyOptions options);

}  // namespace gatehouse::http
