// Elasticsearch's _bulk API as far as a shipper needs it:
// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace gatehouse::log_shipper {

struct Item {
  std::string id;    // _id: what makes sending it twice harmless
  std::string line;  // one JSON object
};

// A `create` and its document for each: the only action that a data stream takes.
[[nodiscard]] std::string bulk_body(std::span<const Item> items, std::string_view data_stream);

enum class Fate {
  taken,
  was_there,  // 409: an earlier try had arrived, only its answer had not
  again,      // 429, 5xx: not now
  refused,    // for ever: a mapping that does not fit, say
};

struct Outcome {
  Fate fate = Fate::again;
  unsigned status = 0;
  std::string why;  // type and reason, cut to 500 bytes; empty if taken
};

// One outcome per item, in their order. `bad_upstream`/"bulk_answer" for anything else.
[[nodiscard]] Result<std::vector<Outcome>> read_bulk_reply(std::string_view content, std::size_t items);

}  // namespace gatehouse::log_shipper
