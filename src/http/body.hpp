// Bodies are pull streams: back-pressure is not reading.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"

namespace gatehouse::http {

class Body {
 public:
  virtual ~Body() = default;
  // The next piece, valid until the next read; empty at the end. Errors: `too_large`/"body_too_large",
  // `invalid`/"bad_chunk", and what the stream says.
  [[nodiscard]] virtual Awaitable<Result<std::string_view>> read() = 0;
  // What can be had without waiting, and counts as read; empty if nothing. Lets a writer send head and body
  // as one.
  [[nodiscard]] virtual std::string_view ready() { return {}; }
  // Bytes in all, if announced; nothing for chunked.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
  [[nodiscard]] virtual bool is_finished() const = 0;
  // For a body that nobody knows the end of: a read that waits for a peer fails at once. Others end by
  // themselves.
  virtual void abandon() {}
};

// A body that is already here.
class TextBody final : public Body {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] Awaitable<Result<std::string_view>> read() override { co_return ready(); }
  [[nodiscard]] std::string_view ready() override {
    return std::exchange(is_read_, true) ? std::string_view{} : text_;
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return text_.size(); }
  [[nodiscard]] bool is_finished() const override { return is_read_ || text_.empty(); }

 private:
  std::string text_;
  bool is_read_ = false;
};

// `too_large`/"body_too_large" beyond `bytes_max`.
[[nodiscard]] Awaitable<Result<std::string>> read_all(Body& body, std::size_t bytes_max);

}  // namespace gatehouse::http
