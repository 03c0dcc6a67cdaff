// SHA-256 of what comes in pieces: files too large to be held.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

class RunningDigest {
 public:
  RunningDigest();
  ~RunningDigest();
  RunningDigest(const RunningDigest&) = delete;

  void update(std::string_view bytes);
  // 32 raw bytes; once.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gatehouse::crypto
