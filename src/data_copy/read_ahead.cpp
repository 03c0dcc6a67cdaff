#include "data_copy/read_ahead.hpp"

#include <algorithm>
#include <iterator>

namespace gatehouse::data_copy {

Awaitable<Result<std::vector<Record>>> ReadAhead::read(std::string after, std::size_t limit) {
  if (after.empty() || after != given_) {
    ahead_.clear();
    position_ = after;
    is_at_end_ = false;
  }
  while (ahead_.size() < limit && !is_at_end_) {
    auto next = co_await stretch(position_);
    if (!next) co_return fail(next);
    is_at_end_ = next->is_last;
    position_ = std::move(next->last);
    std::ranges::move(next->records, std::back_inserter(ahead_));
  }
  const auto count = static_cast<std::ptrdiff_t>(std::min(limit, ahead_.size()));
  const auto end = ahead_.begin() + count;
  std::vector<Record> records(std::make_move_iterator(ahead_.begin()), std::make_move_iterator(end));
  ahead_.erase(ahead_.begin(), end);
  given_ = records.empty() ? std::string{} : records.back().key;
  co_return records;
}

}  // namespace gatehouse::data_copy
