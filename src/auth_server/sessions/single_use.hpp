// Values that work once, in a namespace of realm and type, so that one kind can never be taken for another
// (CVE-2026-4282). Synchronous: used inside the transactions of other stores.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "storage/sqlite.hpp"

namespace gatehouse::auth_server {

struct SingleUseName {
  std::string realm;
  std::string_view type;  // a literal: "code"
  std::string secret;     // what the holder presents; its SHA-256 is the key
};

struct SingleUse {
  std::string content;
  core::SystemTime expires_at{};
  std::optional<core::SystemTime> spent_at;
  std::string led_to;
};

// `conflict` if it is there already.
[[nodiscard]] Result<void> put_single_use(storage::sqlite::Connection&, const SingleUseName&,
                                          const std::string& content, core::SystemTime expires_at);
[[nodiscard]] Result<std::optional<SingleUse>> find_single_use(storage::sqlite::Connection&,
                                                               const SingleUseName&);
// False if somebody else was first.
[[nodiscard]] Result<bool> spend_single_use(storage::sqlite::Connection&, const SingleUseName&,
                                            const std::string& led_to, core::SystemTime now);

}  // namespace gatehouse::auth_server
