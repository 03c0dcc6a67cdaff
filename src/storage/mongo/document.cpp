#include "storage/mongo/document.hpp"

#include <limits>

#include <fmt/format.h>

#include "storage/mongo/owners.hpp"

namespace gatehouse::storage::mongo {

namespace {

int size_of(std::string_view text) {
  return static_cast<int>(text.size());
}

// Appends one value under a name; a document of more than 2 GiB is a bug, and ends here.
class Append {
 public:
  Append(bson_t& to, std::string_view name) : to_(to), name_(name) {}

  bool operator()(std::string_view text) const {
    const char* data = text.empty() ? "" : text.data();  // to libbson, no data is a null
    return bson_append_utf8(&to_, name_.data(), size_of(name_), data, size_of(text));
  }
  bool operator()(std::int64_t integer) const {
    return bson_append_int64(&to_, name_.data(), size_of(name_), integer);
  }
  bool operator()(bool flag) const { return bson_append_bool(&to_, name_.data(), size_of(name_), flag); }
  bool operator()(Bytes bytes) const {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.value.empty() ? "" : bytes.value.data());
    return bson_append_binary(&to_, name_.data(), size_of(name_), BSON_SUBTYPE_BINARY, data,
                              static_cast<std::uint32_t>(bytes.value.size()));
  }
  bool operator()(const Document* document) const {
    return bson_append_document(&to_, name_.data(), size_of(name_), raw(*document));
  }
  bool operator()(Field::Texts texts) const {
    Document array;
    for (std::size_t i = 0; i < texts.size(); ++i) array.add({std::to_string(i), texts[i]});
    return bson_append_array(&to_, name_.data(), size_of(name_), raw(array));
  }
  bool operator()(Field::Documents documents) const {
    Document array;
    for (std::size_t i = 0; i < documents.size(); ++i) array.add({std::to_string(i), documents[i]});
    return bson_append_array(&to_, name_.data(), size_of(name_), raw(array));
  }

 private:
  bson_t& to_;
  std::string_view name_;
};

std::string text_at(const bson_iter_t& at) {
  std::uint32_t size = 0;
  const char* text = bson_iter_utf8(&at, &size);
  return {text, size};
}

Document document_at(const bson_iter_t& at) {
  std::uint32_t size = 0;
  const std::uint8_t* data = nullptr;
  bson_iter_document(&at, &size, &data);
  bson_t view;
  if (!bson_init_static(&view, data, size)) return {};
  return Document::copy_of(&view);
}

bool is_text(const bson_iter_t& at) {
  std::uint32_t size = 0;
  const char* text = BSON_ITER_HOLDS_UTF8(&at) ? bson_iter_utf8(&at, &size) : nullptr;
  return text != nullptr && bson_utf8_validate(text, size, true);
}
bool is_integer(const bson_iter_t& at) {
  return BSON_ITER_HOLDS_INT64(&at) || BSON_ITER_HOLDS_INT32(&at);
}
bool is_flag(const bson_iter_t& at) {
  return BSON_ITER_HOLDS_BOOL(&at);
}
bool is_bytes(const bson_iter_t& at) {
  return BSON_ITER_HOLDS_BINARY(&at);
}
// Beyond the year 292,000 its microseconds do not fit, and nobody means it.
bool is_date(const bson_iter_t& at) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1'000;
  if (!BSON_ITER_HOLDS_DATE_TIME(&at)) return false;
  const std::int64_t millis = bson_iter_date_time(&at);
  return millis >= -most && millis <= most;
}
bool is_array(const bson_iter_t& at) {
  return BSON_ITER_HOLDS_ARRAY(&at);
}
bool is_document(const bson_iter_t& at) {
  return BSON_ITER_HOLDS_DOCUMENT(&at);
}

bool find(const Document& document, std::string_view name, bson_iter_t& at) {
  return bson_iter_init_find_w_len(&at, raw(document), name.data(), size_of(name));
}

bool find(const Document& document, std::string_view name, bson_iter_t& at,
          bool (*fits)(const bson_iter_t&)) {
  return find(document, name, at) && fits(at);
}

// Into the array of that name.
bool enter(const Document& document, std::string_view name, bson_iter_t& inner) {
  bson_iter_t at;
  return find(document, name, at, is_array) && bson_iter_recurse(&at, &inner);
}

}  // namespace

void Document::Destroy::operator()(void* bson) const noexcept {
  bson_destroy(static_cast<bson_t*>(bson));
}

Document::Document() : bson_(bson_new()) {}
Document::Document(const Document& other) : bson_(bson_copy(storage::mongo::raw(other))) {}
Document::Document(std::initializer_list<Field> fields) : Document() {
  for (const Field& field : fields) add(field);
}

Document Document::copy_of(const void* bson) {
  return Document(bson_copy(static_cast<const bson_t*>(bson)));
}

Document& Document::operator=(Document other) noexcept {
  std::swap(bson_, other.bson_);
  return *this;
}

Result<Document> Document::from_bytes(std::string_view bytes) {
  bson_t view;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::size_t wrong_at = 0;
  if (!bson_init_static(&view, data, bytes.size()) || !bson_validate(&view, BSON_VALIDATE_NONE, &wrong_at)) {
    return fail(ErrorKind::internal, "broken_document", fmt::format("not BSON, at byte {}", wrong_at));
  }
  return Document::copy_of(&view);
}

void Document::add(const Field& field) {
  const Append append(*static_cast<bson_t*>(bson_.get()), field.name());
  const bool is_added = std::visit(append, field.value());
  if (!is_added) std::terminate();
}

std::string_view Document::bytes() const {
  const bson_t* bson = storage::mongo::raw(*this);
  return {reinterpret_cast<const char*>(bson_get_data(bson)), bson->len};
}

bool Document::has(std::string_view name) const {
  bson_iter_t at;
  return find(*this, name, at);
}

void Reading::reject(std::string_view name) {
  if (!first_error_) first_error_ = fmt::format("{} is missing or of another type", name);
}

std::string Reading::text(std::string_view name) {
  bson_iter_t at;
  if (find(document_, name, at, is_text)) return text_at(at);
  reject(name);
  return {};
}

std::optional<std::string> Reading::maybe_text(std::string_view name) {
  bson_iter_t at;
  if (!find(document_, name, at) || BSON_ITER_HOLDS_NULL(&at)) return std::nullopt;
  return text(name);
}

std::int64_t Reading::integer(std::string_view name) {
  bson_iter_t at;
  if (find(document_, name, at, is_integer)) return bson_iter_as_int64(&at);
  reject(name);
  return 0;
}

bool Reading::flag(std::string_view name) {
  bson_iter_t at;
  if (find(document_, name, at, is_flag)) return bson_iter_bool(&at);
  reject(name);
  return false;
}

std::string Reading::bytes(std::string_view name) {
  bson_iter_t at;
  if (!find(document_, name, at, is_bytes)) {
    reject(name);
    return {};
  }
  std::uint32_t size = 0;
  const std::uint8_t* data = nullptr;
  bson_iter_binary(&at, nullptr, &size, &data);
  return {reinterpret_cast<const char*>(data), size};
}

core::SystemTime Reading::date(std::string_view name) {
  bson_iter_t at;
  if (find(document_, name, at, is_date)) return core::from_unix_micros(bson_iter_date_time(&at) * 1'000);
  reject(name);
  return {};
}

std::vector<std::string> Reading::texts(std::string_view name) {
  bson_iter_t inner;
  std::vector<std::string> found;
  bool fits = enter(document_, name, inner);
  while (fits && bson_iter_next(&inner)) {
    fits = is_text(inner);
    if (fits) found.push_back(text_at(inner));
  }
  if (!fits) reject(name);
  return found;
}

std::vector<std::string> Reading::text_or_texts(std::string_view name) {
  bson_iter_t at;
  if (find(document_, name, at, is_text)) return {text_at(at)};
  return texts(name);
}

Document Reading::document(std::string_view name) {
  bson_iter_t at;
  if (find(document_, name, at, is_document)) return document_at(at);
  reject(name);
  return {};
}

std::vector<Document> Reading::documents(std::string_view name) {
  bson_iter_t inner;
  std::vector<Document> found;
  bool fits = enter(document_, name, inner);
  while (fits && bson_iter_next(&inner)) {
    fits = is_document(inner);
    if (fits) found.push_back(document_at(inner));
  }
  if (!fits) reject(name);
  return found;
}

Result<void> Reading::finish() const {
  if (first_error_) return fail(ErrorKind::internal, "broken_document", *first_error_);
  return {};
}

}  // namespace gatehouse::storage::mongo
