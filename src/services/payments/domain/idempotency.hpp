// What makes a repeated request harmless: a record of it inside the payment that it changed.
//
// The record lies in the payment's own item, so one write stores the effect and the answer together on any
// store that can replace one item under a condition. There is no second item that a crash could leave behind,
// and a record lives as long as its payment: a key never comes to mean something new.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::payments {

// An answer as it went out, to be sent again byte for byte.
struct StoredAnswer {
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  friend bool operator==(const StoredAnswer&, const StoredAnswer&) = default;
};

struct IdempotencyRecord {
  std::string scope;                   // digest of principal, method, route template and key
  std::string fingerprint;             // digest of the canonical body
  std::string attempt;                 // provider key of the attempt that the request began
  std::optional<StoredAnswer> answer;  // once the provider's verdict is known
};

// What a request that carries a known key is answered with.
enum class Repeat : std::uint8_t {
  mismatch,   // the key was used for another request
  replay,     // the answer is stored
  in_flight,  // someone works on it
  undecided,  // the provider's verdict is not known, and it is not yet time to ask again
  abandoned,  // who worked on it is gone: to be taken over
};

}  // namespace gatehouse::payments
