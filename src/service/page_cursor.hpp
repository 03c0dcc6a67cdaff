// Cursors of lists that are read newest first: opaque to the client, signed, and good only for the list that
// they came from. A list answers with the cursor of its last row, and takes it back as the place to go on
// from.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::service {

struct PagePosition {
  core::SystemTime created_at;
  std::string id;
};

class PageCursor {
 public:
  explicit PageCursor(Secret key) : key_(std::move(key)) {}

  // `list` names the list: whose it is, and its filters.
  [[nodiscard]] std::string after(const PagePosition& last, std::string_view list) const;
  // `invalid`/"invalid_cursor" for anything that after() has not given for this list.
  [[nodiscard]] Result<PagePosition> position(std::string_view cursor, std::string_view list) const;

 private:
  [[nodiscard]] std::string signature(std::string_view position, std::string_view list) const;

  Secret key_;
};

}  // namespace gatehouse::service
