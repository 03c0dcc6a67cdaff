// A BSON document: built from a list of fields, read strictly. Copies are deep.
//
//   Document filter{{"_id", id}, {"revision", 7}};
//   Reading reading{document};
//   row.realm = reading.text("realm");
//   if (const auto read = reading.finish(); !read) return fail(read);
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace gatehouse::storage::mongo {

class Document;

// Bytes that are no text: stored as generic binary.
struct Bytes {
  std::string_view value;
};

// One member of a document to be. It only looks at its value: both go with the expression.
class Field {
 public:
  using Texts = std::span<const std::string>;
  using Documents = std::span<const Document>;
  using Value = std::variant<std::string_view, std::int64_t, bool, Bytes, const Document*, Texts, Documents>;

  Field(std::string_view name, std::string_view text) : name_(name), value_(text) {}
  Field(std::string_view name, const std::string& text) : Field(name, std::string_view(text)) {}
  Field(std::string_view name, const char* text) : Field(name, std::string_view(text)) {}
  Field(std::string_view name, bool flag) : name_(name), value_(flag) {}
  Field(std::string_view name, std::int64_t integer) : name_(name), value_(integer) {}
  Field(std::string_view name, int integer) : Field(name, std::int64_t{integer}) {}
  Field(std::string_view name, Bytes bytes) : name_(name), value_(bytes) {}
  Field(std::string_view name, const Document& document) : name_(name), value_(&document) {}
  Field(std::string_view name, Texts texts) : name_(name), value_(texts) {}
  Field(std::string_view name, Documents documents) : name_(name), value_(documents) {}

  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] const Value& value() const { return value_; }

 private:
  std::string_view name_;
  Value value_;
};

class Document {
 public:
  Document();
  Document(std::initializer_list<Field> fields);
  // A copy of a bson_t, whose alignment no declaration of ours can state.
  [[nodiscard]] static Document copy_of(const void* bson);
  // Bytes from outside: `broken_document` (internal) unless they are BSON. Whether a text is UTF-8 is looked
  // at when it is read.
  [[nodiscard]] static Result<Document> from_bytes(std::string_view bytes);

  Document(const Document&);
  Document(Document&&) noexcept = default;
  Document& operator=(Document other) noexcept;

  void add(const Field&);

  [[nodiscard]] const void* raw() const { return bson_.get(); }  // a bson_t: see owners.hpp
  [[nodiscard]] std::string_view bytes() const;
  [[nodiscard]] bool has(std::string_view name) const;

 private:
  struct Destroy {
    void operator()(void* bson) const noexcept;
  };
  explicit Document(void* bson) : bson_(bson) {}

  std::unique_ptr<void, Destroy> bson_;
};

// Reads members by name and type. What is missing or of another type is remembered and told by finish();
// members that nobody asks for are let pass.
class Reading {
 public:
  explicit Reading(const Document& document) : document_(document) {}

  std::string text(std::string_view name);
  std::optional<std::string> maybe_text(std::string_view name);  // absent or null: nothing
  std::int64_t integer(std::string_view name);                   // of 32 or 64 bits
  bool flag(std::string_view name);
  std::string bytes(std::string_view name);
  core::SystemTime date(std::string_view name);  // of BSON: to the millisecond
  std::vector<std::string> texts(std::string_view name);
  std::vector<std::string> text_or_texts(std::string_view name);
  Document document(std::string_view name);
  std::vector<Document> documents(std::string_view name);

  // `broken_document` (internal), the first member at fault in the detail.
  [[nodiscard]] Result<void> finish() const;

 private:
  void reject(std::string_view name);

  const Document& document_;
  std::optional<std::string> first_error_;
};

}  // namespace gatehouse::storage::mongo
