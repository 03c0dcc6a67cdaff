#include "storage/postgres/statement.hpp"

#include <postgresql/libpq-fe.h>
#include <stdexcept>

#include "core/encoding.hpp"
#include "core/text.hpp"

namespace gatehouse::storage::postgres {

Parameter parameter(std::string_view text) {
  return {std::string(text), Parameter::Format::binary};
}
Parameter parameter(Bytes bytes) {
  return {std::string(bytes.value), Parameter::Format::binary};
}
Parameter parameter(core::SystemTime time) {
  return parameter(core::unix_micros(time));
}
Parameter parameter(std::nullopt_t) {
  return {};
}

Parameter parameter(const std::vector<std::string>& texts) {
  std::string array = "{";
  for (const std::string& text : texts) {
    array += array.size() == 1 ? "\"" : ",\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  return {array + "}"};
}

void Rows::Free::operator()(pg_result* result) const {
  PQclear(result);
}

std::size_t Rows::size() const {
  return static_cast<std::size_t>(PQntuples(result_.get()));
}

std::int64_t Rows::affected() const {
  return core::parse_int<std::int64_t>(PQcmdTuples(result_.get())).value_or(0);
}

bool Rows::is_null(std::size_t row, int column) const {
  return PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}

std::string_view Rows::view(std::size_t row, int column) const {
  const int line = static_cast<int>(row);
  return {PQgetvalue(result_.get(), line, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), line, column))};
}

std::optional<std::string> Rows::maybe_text(std::size_t row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return text(row, column);
}

std::int64_t Rows::integer(std::size_t row, int column) const {
  const auto value = core::parse_int<std::int64_t>(view(row, column));
  if (!value) throw std::logic_error("not an integer column");
  return *value;
}

core::SystemTime Rows::time(std::size_t row, int column) const {
  return core::from_unix_micros(integer(row, column));
}

// "\x" and hex: bytea_output's default since PostgreSQL 9.0; the connection asks for it.
std::string Rows::bytes(std::size_t row, int column) const {
  std::string_view hex = view(row, column);
  if (!hex.starts_with("\\x")) throw std::logic_error("not a bytea column");
  hex.remove_prefix(2);
  auto decoded = core::from_hex(hex);
  if (!decoded) throw std::logic_error("not a bytea column");
  return std::move(*decoded);
}

}  // namespace gatehouse::storage::postgres
