// Bytes as if from a server: refused, or read without harm and the same after a copy.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "storage/mongo/document.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::storage::mongo;
  const auto document = Document::from_bytes({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  Reading reading{*document};
  (void)reading.maybe_text("a");
  (void)reading.integer("a");
  (void)reading.flag("a");
  (void)reading.bytes("a");
  (void)reading.date("a");
  (void)reading.texts("a");
  for (const Document& inner : reading.documents("a")) (void)Reading{inner}.text("a");
  (void)reading.document("a");
  (void)reading.finish();
  const Document copy = *document;
  if (copy.bytes() != document->bytes()) std::abort();
  return 0;
}
