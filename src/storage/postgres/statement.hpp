// Statements with their parameters, and the rows that come back. Parameters always travel beside the text of
// a statement, never in it.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"

struct pg_result;  // libpq's PGresult

namespace gatehouse::storage::postgres {

// For a bytea parameter.
struct Bytes {
  std::string_view value;
};

struct Parameter {
  enum class Format { text, binary };
  std::optional<std::string> value;  // nothing: NULL
  // Text goes in binary form: it has a length, so that a zero byte is refused by the server and never cuts
  // it.
  Format format = Format::text;
};

[[nodiscard]] Parameter parameter(std::string_view text);
[[nodiscard]] Parameter parameter(Bytes bytes);
[[nodiscard]] Parameter parameter(core::SystemTime time);  // bigint: microseconds since 1970
[[nodiscard]] Parameter parameter(std::nullopt_t);
[[nodiscard]] Parameter parameter(const std::vector<std::string>& texts);  // text[]
template <std::integral Int>
[[nodiscard]] Parameter parameter(Int value) {
  if constexpr (std::same_as<Int, bool>) return {value ? "t" : "f"};
  return {std::to_string(value)};
}
template <class T>
[[nodiscard]] Parameter parameter(const std::optional<T>& value) {
  return value ? parameter(*value) : parameter(std::nullopt);
}

struct Statement {
  std::string_view sql;
  std::vector<Parameter> parameters;
};

// Statements that do not depend on each other's results: they go out together, and their results come back in
// one round trip.
class Batch {
 public:
  // `sql` must be a constant: connections remember it with its prepared form.
  template <class... Args>
  Batch& add(std::string_view sql, const Args&... args) {
    statements_.push_back({sql, {parameter(args)...}});
    return *this;
  }
  void append(Batch more) { std::ranges::move(more.statements_, std::back_inserter(statements_)); }
  [[nodiscard]] const std::vector<Statement>& statements() const { return statements_; }
  [[nodiscard]] bool empty() const { return statements_.empty(); }

 private:
  std::vector<Statement> statements_;
};

// A statement's result. Columns are numbered from 0; to read one as what it is not is a bug and throws
// std::logic_error.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  // How many rows an INSERT, UPDATE or DELETE touched.
  [[nodiscard]] std::int64_t affected() const;

  [[nodiscard]] bool is_null(std::size_t row, int column) const;
  [[nodiscard]] std::string_view view(std::size_t row, int column) const;  // as long as the rows live
  [[nodiscard]] std::string text(std::size_t row, int column) const { return std::string(view(row, column)); }
  [[nodiscard]] std::optional<std::string> maybe_text(std::size_t row, int column) const;
  [[nodiscard]] std::int64_t integer(std::size_t row, int column) const;
  [[nodiscard]] bool flag(std::size_t row, int column) const { return view(row, column) == "t"; }
  [[nodiscard]] core::SystemTime time(std::size_t row, int column) const;
  [[nodiscard]] std::string bytes(std::size_t row, int column) const;

 private:
  struct Free {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Free> result_;
};

}  // namespace gatehouse::storage::postgres
