#include "demo/narrator.hpp"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

#include "core/json.hpp"
#include "core/text.hpp"
#include "demo/html_form.hpp"

namespace gatehouse::demo {

namespace {

constexpr std::size_t kBodyShown = 200;
constexpr std::size_t kTargetShown = 160;
constexpr std::size_t kValueShown = 72;
constexpr std::size_t kListShown = 3;

bool is_password(std::string_view name) {
  return name == "password" || name == "client_secret";
}

bool is_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 10> names{
      "code_verifier", "code_challenge", "access_token", "refresh_token", "id_token",
      "id_token_hint", "flow",           "state",        "nonce",         "session_state"};
  return std::ranges::find(names, name) != names.end();
}

std::string shortened(std::string_view text, std::size_t kept) {
  if (text.size() <= kept) return std::string(text);
  while (kept > 0 && (static_cast<unsigned char>(text[kept]) & 0xC0) == 0x80) --kept;  // whole characters
  return std::string(text.substr(0, kept)) + "…";
}

std::string shown_value(std::string_view name, std::string_view value) {
  if (is_password(name)) return "••••••";
  return shortened(value, is_secret(name) ? 8 : kValueShown);
}

std::string shown_form(std::string_view text) {
  const auto pairs = core::parse_form(text);
  if (!pairs) return shortened(text, kValueShown);
  std::string shown;
  for (const auto& [name, value] : *pairs) {
    // In a problem document "code" is a word for people; in a form or query it is what buys the tokens.
    const std::string_view kind = name == "code" ? std::string_view("access_token") : std::string_view(name);
    shown += fmt::format("{}{}={}", shown.empty() ? "" : "&", name, shown_value(kind, value));
  }
  return shown;
}

std::string shown_target(std::string_view target) {
  const auto parts = core::cut(target, '?');
  if (!parts) return std::string(target);
  return shortened(fmt::format("{}?{}", parts->first, shown_form(parts->second)), kTargetShown);
}

json::value shown_json(std::string_view name, const json::value& value) {
  if (value.is_string()) return json::string(shown_value(name, value.as_string()));
  if (value.is_object()) {
    json::object shown;
    for (const auto& member : value.as_object())
      shown[member.key()] = shown_json(member.key(), member.value());
    return shown;
  }
  if (!value.is_array()) return value;
  json::array shown;
  for (const json::value& item : value.as_array()) {
    if (shown.size() == kListShown) break;
    shown.push_back(shown_json(name, item));
  }
  const auto left = value.as_array().size() - shown.size();
  if (left > 0) shown.push_back(json::string(fmt::format("… {} more", left)));
  return shown;
}

std::string shown_document(const json::value& document, const std::vector<std::string>& members) {
  if (!document.is_object() || members.empty())
    return shortened(json::serialize(shown_json({}, document)), kBodyShown);
  json::object chosen;
  for (const std::string& name : members) {
    if (const auto* value = document.as_object().if_contains(name)) chosen[name] = shown_json(name, *value);
  }
  // An answer that has none of them is a refusal: it is shown as it is.
  return chosen.empty() ? shown_document(document, {}) : json::serialize(chosen);
}

}  // namespace

std::string request_text(const http::Request& request) {
  std::string text = fmt::format("{} {}", request.method, shown_target(request.target));
  for (const auto* name : {"Authorization", "Idempotency-Key"}) {
    const std::string_view value = request.headers.get(name);
    if (value.starts_with("Bearer ")) {
      text += fmt::format("\n{}: Bearer {}", name, shown_value("access_token", value.substr(7)));
    } else if (!value.empty()) {
      text += fmt::format("\n{}: {}", name, shown_value(name, value));
    }
  }
  if (request.content.empty()) return text;
  const bool is_form = request.headers.get("Content-Type").find("form") != std::string_view::npos;
  return text + "\n" + (is_form ? shown_form(request.content) : shortened(request.content, kBodyShown));
}

std::string reply_text(const http::Reply& reply, const std::vector<std::string>& members) {
  std::string text = fmt::format("{} {}", reply.status, http::reason_phrase(reply.status));
  const std::string_view location = reply.headers.get("Location");
  if (!location.empty()) text += "\nLocation: " + shown_target(location);
  if (reply.headers.get("Idempotent-Replayed") == "true") text += "\nIdempotent-Replayed: true";
  const std::string_view type = reply.headers.get("Content-Type");
  if (type.find("json") != std::string_view::npos) {
    boost::system::error_code error;
    const json::value document = json::parse(reply.content, error);
    if (!error) text += "\n" + shown_document(document, members);
  } else if (type.starts_with("text/html")) {
    const auto form = first_form(reply.content);
    text += form ? fmt::format("\na page with a form to {}", shown_target(form->action)) : "\na page";
  }
  return text;
}

Narrator::Look Narrator::look_of_stdout() {
  const bool wants_colours = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  return wants_colours ? Look::coloured : Look::plain;
}

std::string Narrator::paint(std::string_view colour, std::string_view text) const {
  if (look_ == Look::plain) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", colour, text);
}

void Narrator::begin_step(std::size_t number, std::string_view title) {
  members_.clear();
  fmt::print("\n{}\n", paint("1", fmt::format("{:>2}. {}", number, title)));
  std::fflush(stdout);
}

void Narrator::show(const http::Request& request, const http::Reply& reply) const {
  const auto print = [this](std::string_view mark, std::string_view colour, const std::string& text) {
    bool is_first = true;
    for (const std::string_view line : core::split(text, '\n')) {
      fmt::print("    {} {}\n", is_first ? mark : " ", is_first ? paint(colour, line) : std::string(line));
      is_first = false;
    }
  };
  print("→", "36", request_text(request));
  print("←", reply.status < 400 ? "32" : "33", reply_text(reply, members_));
  std::fflush(stdout);
}

void Narrator::remark(std::string_view text) const {
  fmt::print("    {}\n", paint("2", text));
}

void Narrator::say_last(std::string_view text) const {
  fmt::print("\n{}\n", paint("1;32", text));
}

}  // namespace gatehouse::demo
