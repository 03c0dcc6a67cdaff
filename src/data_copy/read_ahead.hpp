// A collection of an engine that answers few large questions better than many small ones: what is asked for
// comes out of stretches that were read ahead.
#pragma once

#include <deque>

#include "data_copy/collection.hpp"

namespace gatehouse::data_copy {

class ReadAhead : public Collection {
 public:
  [[nodiscard]] Awaitable<Result<std::vector<Record>>> read(std::string after, std::size_t limit) final;

 protected:
  struct Stretch {
    std::vector<Record> records;  // in order; may be empty also where there is more
    std::string last;             // where the next one goes on
    bool is_last = false;
  };

 private:
  // What comes after the key `after`, as much as the engine likes to give.
  [[nodiscard]] virtual Awaitable<Result<Stretch>> stretch(std::string after) = 0;

  std::deque<Record> ahead_;
  std::string given_;     // the last key that was given: a read that goes on there finds its records ahead
  std::string position_;  // where the next stretch begins
  bool is_at_end_ = false;
};

}  // namespace gatehouse::data_copy
