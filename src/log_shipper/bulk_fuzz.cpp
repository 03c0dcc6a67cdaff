// Answers of a hostile _bulk API, and the id at the end of a hostile log line.
#include <cstdlib>

#include "log_shipper/bulk.hpp"
#include "telemetry/log_reader.hpp"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::size_t items : {0U, 1U, 2U}) {
    const auto outcomes = log_shipper::read_bulk_reply(text, items);
    if (!outcomes) continue;
    if (outcomes->size() != items) std::abort();
    for (const auto& outcome : *outcomes) {
      if (outcome.status < 100 || outcome.status > 599 || outcome.why.size() > 500) std::abort();
    }
  }
  if (const auto id = telemetry::line_id_of(text)) {
    // It goes into the action as it is: nothing in it may need escaping.
    if (id->text.empty() || id->text.size() > 64 || id->sequence == 0) std::abort();
    if (id->text.find_first_not_of("0123456789abcdef-") != std::string_view::npos) std::abort();
  }
  return 0;
}
