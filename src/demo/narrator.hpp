// Shows exchanges to a person: method, path, status and the part of the body that matters. Secrets are never
// shown whole: tokens, codes and keys by their first letters, passwords not at all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/client.hpp"

namespace gatehouse::demo {

class Narrator {
 public:
  enum class Look { plain, coloured };
  // Coloured on a terminal, unless NO_COLOR is set.
  static Look look_of_stdout();

  explicit Narrator(Look look) : look_(look) {}

  void begin_step(std::size_t number, std::string_view title);
  // From here on, only these members of JSON answers are worth showing; none: all.
  void look_at(std::vector<std::string> members) { members_ = std::move(members); }
  void show(const http::Request& request, const http::Reply& reply) const;
  void remark(std::string_view text) const;
  void say_last(std::string_view text) const;

 private:
  [[nodiscard]] std::string paint(std::string_view colour, std::string_view text) const;

  Look look_;
  std::vector<std::string> members_;
};

// What show() prints of a request and of an answer, without colours.
[[nodiscard]] std::string request_text(const http::Request& request);
[[nodiscard]] std::string reply_text(const http::Reply& reply, const std::vector<std::string>& members);

}  // namespace gatehouse::demo
