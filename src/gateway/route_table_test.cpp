#include "gateway/route_table.hpp"

#include <random>

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "gateway/regex.hpp"

namespace gatehouse::gateway {
namespace {

RouteTable table_of(const std::vector<RouteRule>& rules) {
  auto table = RouteTable::build(rules);
  EXPECT_TRUE(table) << (table ? "" : table.error().detail);
  return std::move(*table);
}

struct Ask {
  std::string method = "GET";
  std::string host = "gateway.example";
  std::uint16_t port = 80;
  std::string path = "/";
  std::string server_name;
  bool is_tls = false;
  std::vector<std::pair<std::string, std::string>> headers;
};

http::Headers headers_of(const Ask& ask) {
  http::Headers headers;
  headers.add("Host", fmt::format("{}:{}", ask.host, ask.port));
  for (const auto& [name, value] : ask.headers) headers.add(name, value);
  return headers;
}

RouteQuery query_of(const Ask& ask, const http::Headers& headers) {
  return {.method = ask.method,
          .path = ask.path,
          .server_name = ask.server_name,
          .is_tls = ask.is_tls,
          .headers = &headers};
}

// The id of the rule that takes the request, or "".
std::string winner(const std::vector<RouteRule>& rules, const Ask& ask) {
  const auto table = table_of(rules);
  const auto headers = headers_of(ask);
  const auto hit = table.match(query_of(ask, headers));
  return hit ? rules[hit->rule].id : "";
}

TEST(RouteTable, MatchesAPlainPathAsABytePrefix) {
  const std::vector<RouteRule> rules{{.id = "a", .paths = {"/route"}}};
  EXPECT_EQ(winner(rules, {.path = "/route"}), "a");
  EXPECT_EQ(winner(rules, {.path = "/routereq"}), "a");
  EXPECT_EQ(winner(rules, {.path = "/route/x"}), "a");
  EXPECT_EQ(winner(rules, {.path = "/rout"}), "");
  EXPECT_EQ(winner(rules, {.path = "/x/route"}), "");
}

TEST(RouteTable, PrefersTheLongerPath) {
  const std::vector<RouteRule> rules{{.id = "root", .paths = {"/"}},
                                     {.id = "long", .paths = {"/api/v1"}},
                                     {.id = "short", .paths = {"/api"}}};
  EXPECT_EQ(winner(rules, {.path = "/api/v1/x"}), "long");
  EXPECT_EQ(winner(rules, {.path = "/api/v2"}), "short");
  EXPECT_EQ(winner(rules, {.path = "/other"}), "root");
}

TEST(RouteTable, PrefersARegexToALongerPrefixAndHigherRegexPriorityToLower) {
  const std::vector<RouteRule> rules{{.id = "prefix", .paths = {"/orders/12345"}},
                                     {.id = "regex", .paths = {"~/orders/\\d+"}},
                                     {.id = "urgent", .paths = {"~/orders/9\\d*"}, .regex_priority = 10}};
  EXPECT_EQ(winner(rules, {.path = "/orders/12345"}), "regex");
  EXPECT_EQ(winner(rules, {.path = "/orders/91"}), "urgent");
  EXPECT_EQ(winner(rules, {.path = "/orders/x"}), "");
}

TEST(RouteTable, AnchorsARegexAtTheStartAndTakesNamedGroups) {
  const std::vector<RouteRule> rules{{.id = "r", .paths = {"~/users/(?<id>[a-z]+)/profile$"}}};
  EXPECT_EQ(winner(rules, {.path = "/users/alice/profile"}), "r");
  EXPECT_EQ(winner(rules, {.path = "/users/alice/profile/x"}), "");
  EXPECT_EQ(winner(rules, {.path = "/x/users/alice/profile"}), "");
}

TEST(RouteTable, MoreAttributesBeatALongerPath) {
  const std::vector<RouteRule> rules{
      {.id = "path", .paths = {"/payments/cards"}},
      {.id = "method", .methods = {"POST"}, .paths = {"/payments"}},
      {.id = "host", .methods = {"POST"}, .hosts = {"shop.example"}, .paths = {"/"}}};
  EXPECT_EQ(winner(rules, {.method = "POST", .path = "/payments/cards"}), "method");
  EXPECT_EQ(winner(rules, {.method = "GET", .path = "/payments/cards"}), "path");
  EXPECT_EQ(winner(rules, {.method = "POST", .host = "shop.example", .path = "/payments/cards"}), "host");
}

TEST(RouteTable, TakesExactAndWildcardHostsWithAndWithoutPort) {
  const std::vector<RouteRule> rules{{.id = "exact", .hosts = {"a.example.com"}},
                                     {.id = "end", .hosts = {"*.example.com"}},
                                     {.id = "beginning", .hosts = {"shop.*"}},
                                     {.id = "port", .hosts = {"ported.example:8443"}}};
  EXPECT_EQ(winner(rules, {.host = "A.Example.Com"}), "exact");
  EXPECT_EQ(winner(rules, {.host = "b.example.com"}), "end");
  EXPECT_EQ(winner(rules, {.host = "c.b.example.com"}), "end");
  EXPECT_EQ(winner(rules, {.host = "example.com"}), "");
  EXPECT_EQ(winner(rules, {.host = "shop.test"}), "beginning");
  EXPECT_EQ(winner(rules, {.host = "ported.example", .port = 8443}), "port");
  EXPECT_EQ(winner(rules, {.host = "ported.example", .port = 80}), "");
}

TEST(RouteTable, TakesTheSchemesPortWhereTheHostHeaderNamesNone) {
  const std::vector<RouteRule> rules{{.id = "clear", .hosts = {"a.example:80"}},
                                     {.id = "tls", .hosts = {"a.example:443"}}};
  const auto table = table_of(rules);
  http::Headers headers;
  headers.add("Host", "a.example");
  EXPECT_EQ(rules[table.match({.method = "GET", .path = "/", .headers = &headers})->rule].id, "clear");
  EXPECT_EQ(rules[table.match({.method = "GET", .path = "/", .is_tls = true, .headers = &headers})->rule].id,
            "tls");
}

TEST(RouteTable, PlainHostsBeatWildcards) {
  const std::vector<RouteRule> rules{{.id = "9", .hosts = {"*.example.com"}, .paths = {"/long/path"}},
                                     {.id = "1", .hosts = {"a.example.com"}, .paths = {"/"}}};
  EXPECT_EQ(winner(rules, {.host = "a.example.com", .path = "/long/path"}), "1");
}

TEST(RouteTable, MatchesHeadersByAnyValueWithoutCaseOrByRegex) {
  const std::vector<RouteRule> rules{
      {.id = "list", .headers = {{"X-Version", {"v1", "v2"}}}},
      {.id = "regex", .headers = {{"x-client", {"~*^mobile/[0-9]+"}}}},
      {.id = "both", .headers = {{"X-Version", {"v1"}}, {"x-client", {"web"}}}}};
  EXPECT_EQ(winner(rules, {.headers = {{"x-version", "V2"}}}), "list");
  EXPECT_EQ(winner(rules, {.headers = {{"x-version", "v3"}}}), "");
  EXPECT_EQ(winner(rules, {.headers = {{"X-Client", "Mobile/12"}}}), "regex");
  EXPECT_EQ(winner(rules, {.headers = {{"X-Client", "other"}, {"X-Client", "mobile/1"}}}), "regex");
  EXPECT_EQ(winner(rules, {.headers = {{"X-Version", "v1"}, {"X-Client", "web"}}}), "both");
}

TEST(RouteTable, LooksAtTheServerNameOnlyUnderTls) {
  const std::vector<RouteRule> rules{{.id = "sni", .paths = {"/"}, .snis = {"pay.example"}}};
  EXPECT_EQ(winner(rules, {.server_name = "PAY.example", .is_tls = true}), "sni");
  EXPECT_EQ(winner(rules, {.server_name = "other.example", .is_tls = true}), "");
  EXPECT_EQ(winner(rules, {}), "sni");
}

TEST(RouteTable, SplitsARouteByThePathsItHas) {
  const std::vector<RouteRule> rules{{.id = "two", .paths = {"/a/very/long/path", "/b"}},
                                     {.id = "one", .paths = {"/b/c"}}};
  EXPECT_EQ(winner(rules, {.path = "/b/c"}), "one");
  EXPECT_EQ(winner(rules, {.path = "/b/d"}), "two");
}

TEST(RouteTable, BreaksTiesByProvenanceThenByTheHigherId) {
  const std::vector<RouteRule> rules{{.id = "ffff", .paths = {"/a"}, .provenance = Provenance::platform},
                                     {.id = "1111", .paths = {"/a"}},
                                     {.id = "2222", .paths = {"/a"}}};
  EXPECT_EQ(winner(rules, {.path = "/a"}), "2222");
  EXPECT_EQ(winner({rules[0], rules[1]}, {.path = "/a"}), "1111");
}

TEST(RouteTable, SaysHowMuchOfThePathWasCovered) {
  const std::vector<RouteRule> rules{{.id = "p", .paths = {"/api"}}, {.id = "r", .paths = {"~/v\\d+/x"}}};
  const auto table = table_of(rules);
  const http::Headers none;
  const Ask prefix{.path = "/api/users"};
  const Ask regex{.path = "/v42/xyz"};
  EXPECT_EQ(table.match(query_of(prefix, none))->matched, 4U);
  EXPECT_EQ(table.match(query_of(regex, none))->matched, 6U);
}

TEST(RouteTable, RefusesARegexThatIsNone) {
  const auto table = RouteTable::build({{.id = "x", .paths = {"~/a[b"}}});
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().reason, "bad_route");
  EXPECT_NE(table.error().detail.find("missing ]"), std::string::npos) << table.error().detail;
}

TEST(PriorityOf, SetsTheBitsOfTheCompatibleRouter) {
  const RouteRule full{.id = "x",
                       .methods = {"GET"},
                       .hosts = {"a"},
                       .paths = {"/abc"},
                       .snis = {"s"},
                       .headers = {{"h", {"v"}}, {"i", {"w"}}}};
  EXPECT_EQ(priority_of(full, full.paths), 5ULL << 61 | 1ULL << 60 | 2ULL << 52 | 4ULL);
  const RouteRule regex{.id = "x", .paths = {"~/a"}, .regex_priority = 7};
  EXPECT_EQ(priority_of(regex, regex.paths), 1ULL << 61 | 1ULL << 51 | 7ULL << 19);
}

// ---- the index against a plain reading of the rules
// ---------------------------------------------------------

bool host_matches(const std::string& pattern, const Ask& ask) {
  const auto [name, port] = split_host_port(pattern);
  if (port != 0 && port != ask.port) return false;
  const std::string host = core::to_lower(ask.host);
  if (name.starts_with('*')) return host.ends_with(name.substr(1));
  if (name.ends_with('*')) return host.starts_with(name.substr(0, name.size() - 1));
  return host == name;
}

bool path_matches(const std::string& pattern, const Ask& ask) {
  if (!is_regex_path(pattern)) return ask.path.starts_with(pattern);
  return Regex::compile(pattern.substr(1), Regex::Case::respected)->match_beginning(ask.path).has_value();
}

template <class Range, class Test>
bool empty_or_any(const Range& range, Test test) {
  return range.empty() || std::ranges::any_of(range, test);
}

bool plainly_matches(const RouteRule& rule, const RoutePattern& pattern, const Ask& ask) {
  return empty_or_any(rule.methods, [&](const auto& m) { return m == ask.method; }) &&
         empty_or_any(rule.hosts, [&](const auto& h) { return host_matches(h, ask); }) &&
         empty_or_any(pattern.paths, [&](const auto& p) { return path_matches(p, ask); }) &&
         std::ranges::all_of(rule.headers, [&](const auto& header) {
           return std::ranges::any_of(ask.headers, [&](const auto& sent) {
             return sent.first == header.first &&
                    std::ranges::find(header.second, sent.second) != header.second.end();
           });
         });
}

std::string brute_force_winner(const std::vector<RouteRule>& rules, const Ask& ask) {
  std::string best;
  std::tuple<std::uint64_t, bool, std::string> strength;
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    for (const auto& pattern : patterns_of(rules[i], i)) {
      const std::tuple own{pattern.priority, rules[i].provenance == Provenance::user, rules[i].id};
      if (!plainly_matches(rules[i], pattern, ask) || (!best.empty() && own <= strength)) continue;
      best = rules[i].id;
      strength = own;
    }
  }
  return best;
}

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return engine_() % limit; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::string one_of(const std::vector<std::string>& list) { return list[below(list.size())]; }
  std::vector<std::string> some_of(const std::vector<std::string>& list, std::size_t max) {
    std::vector<std::string> chosen;
    for (std::size_t i = below(max + 1); i > 0; --i) chosen.push_back(one_of(list));
    return chosen;
  }

 private:
  std::mt19937 engine_;
};

const std::vector<std::string> kMethods{"GET", "POST", "PUT"};
const std::vector<std::string> kHosts{"a.example", "b.example", "*.example", "a.*",
                                      "x.a.test",  "*.a.test",  "x.*",       "a.example:8080"};
const std::vector<std::string> kPaths{"/",           "/a",     "/ab",      "/a/b",
                                      "/a/b/c",      "/abc/d", "~/a/\\d+", "~/a/b/(c|d)",
                                      "~/(a|ab)/x$", "~/.*/c", "~/a?b?/x", "~(?i)/A/B"};
const std::vector<std::string> kAskedHosts{"a.example", "b.example", "c.example",
                                           "x.a.test",  "y.a.test",  "x.org"};
const std::vector<std::string> kAskedPaths{"/",    "/a",       "/a/b", "/a/b/c", "/ab/x",
                                           "/a/7", "/abc/d/e", "/b/c", "/x",     "/A/B"};

RouteRule random_rule(Dice& dice, std::size_t number) {
  RouteRule rule{.id = fmt::format("{:04}", number)};
  if (dice.one_in(2)) rule.methods = dice.some_of(kMethods, 2);
  if (dice.one_in(2)) rule.hosts = dice.some_of(kHosts, 3);
  if (!dice.one_in(4)) rule.paths = dice.some_of(kPaths, 4);
  if (dice.one_in(4))
    rule.headers = {
        {"x-v", dice.one_in(2) ? std::vector<std::string>{"1"} : std::vector<std::string>{"1", "2"}}};
  if (dice.one_in(3)) rule.regex_priority = static_cast<std::int64_t>(dice.below(3));
  if (dice.one_in(3)) rule.provenance = Provenance::platform;
  return rule;
}

TEST(RouteTableProperty, TheIndexFindsWhatAPlainReadingOfAllRulesFinds) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Dice dice(seed);
    std::vector<RouteRule> rules;
    for (std::size_t i = dice.below(40); i > 0; --i) rules.push_back(random_rule(dice, i));
    const auto table = table_of(rules);
    for (int i = 0; i < 100; ++i) {
      Ask ask{.method = dice.one_of(kMethods),
              .host = dice.one_of(kAskedHosts),
              .path = dice.one_of(kAskedPaths)};
      if (dice.one_in(2)) ask.port = 8080;
      if (dice.one_in(2)) ask.headers = {{"x-v", dice.one_in(2) ? "1" : "2"}};
      const auto headers = headers_of(ask);
      const auto hit = table.match(query_of(ask, headers));
      ASSERT_EQ(hit ? rules[hit->rule].id : "", brute_force_winner(rules, ask))
          << "seed " << seed << " " << ask.method << " " << ask.host << ask.path;
    }
  }
}

}  // namespace
}  // namespace gatehouse::gateway
