// Implements the index. Patterns are numbered by rank, the strongest 0; a search keeps the best rank seen and
// looks no further into any list than that.
#include "gateway/route_table.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "core/text.hpp"
#include "gateway/path_trie.hpp"
#include "gateway/regex.hpp"

namespace gatehouse::gateway {
namespace {

constexpr std::uint32_t kNoRank = static_cast<std::uint32_t>(-1);

struct HeaderTest {
  std::string name;
  std::vector<std::string> values;  // lower case
  std::optional<Regex> regex;
};

// What a pattern asks for besides host and path.
struct Conditions {
  std::uint32_t rule = 0;
  std::vector<std::string> methods;
  std::vector<std::string> snis;
  std::vector<HeaderTest> headers;
};

// A pattern under one of its hosts and one of its paths.
struct Candidate {
  std::uint32_t rank = 0;
  std::uint16_t port = 0;   // 0: any
  std::int32_t regex = -1;  // index into Index::regexes
  std::uint32_t prefix_length = 0;
};

using Paths = PathTrie<Candidate>;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using PathsByHost = std::unordered_map<std::string, Paths, TextHash, std::equal_to<>>;

bool header_matches(const HeaderTest& test, const http::Headers& headers) {
  for (const auto field : headers) {
    if (!core::iequals(field.name, test.name)) continue;
    if (test.regex ? test.regex->is_found_in(field.value)
                   : std::ranges::any_of(test.values,
                                         [&](const auto& v) { return core::iequals(v, field.value); })) {
      return true;
    }
  }
  return false;
}

bool conditions_hold(const Conditions& asked, const RouteQuery& query) {
  if (!asked.methods.empty() && std::ranges::find(asked.methods, query.method) == asked.methods.end())
    return false;
  if (!asked.snis.empty() && query.is_tls && std::ranges::none_of(asked.snis, [&](const auto& sni) {
        return core::iequals(sni, query.server_name);
      })) {
    return false;
  }
  return std::ranges::all_of(asked.headers,
                             [&](const HeaderTest& test) { return header_matches(test, *query.headers); });
}

Result<HeaderTest> compile_header(const std::string& name, const std::vector<std::string>& values) {
  HeaderTest test{.name = name};
  if (values.size() == 1 && values.front().starts_with("~*")) {
    auto regex = Regex::compile(values.front().substr(2), Regex::Case::ignored);
    if (!regex)
      return refuse(ErrorKind::invalid, "bad_route", "headers." + name + ": " + regex.error().detail);
    test.regex = std::move(*regex);
  } else {
    test.values = values;
  }
  return test;
}

Result<Conditions> compile_conditions(const RouteRule& rule, std::uint32_t index) {
  Conditions conditions{.rule = index, .methods = rule.methods, .snis = rule.snis};
  for (const auto& [name, values] : rule.headers) {
    auto test = compile_header(name, values);
    if (!test) return fail(test);
    conditions.headers.push_back(std::move(*test));
  }
  return conditions;
}

}  // namespace

struct RouteTable::Index {
  std::vector<Conditions> rules;  // by rule
  std::vector<std::uint32_t> rule_of_rank;
  std::vector<Regex> regexes;
  Paths any_host;
  PathsByHost exact_hosts;
  PathsByHost host_ends;        // ".example" for "*.example"
  PathsByHost host_beginnings;  // "a." for "a.*"

  Result<void> add(const RoutePattern& pattern, const RouteRule& rule, std::uint32_t rank);
  Paths& paths_of(std::string_view host);
  [[nodiscard]] bool asks_for_hosts() const {
    return !exact_hosts.empty() || !host_ends.empty() || !host_beginnings.empty();
  }

  struct Search {
    const RouteQuery& query;
    std::uint16_t port =
        0;  // of the Host header, or the scheme's default; only known if routes ask for hosts
    std::uint32_t best = kNoRank;
    std::size_t matched = 0;
  };
  void search(const Paths& paths, Search& state) const;
  void try_candidates(const std::vector<Candidate>& candidates, Search& state) const;
  void search_wildcards(std::string_view host, Search& state) const;
};

Paths& RouteTable::Index::paths_of(std::string_view host) {
  if (host.starts_with('*')) return host_ends[core::to_lower(host.substr(1))];
  if (host.ends_with('*')) return host_beginnings[core::to_lower(host.substr(0, host.size() - 1))];
  return exact_hosts[core::to_lower(host)];
}

Result<void> RouteTable::Index::add(const RoutePattern& pattern, const RouteRule& rule, std::uint32_t rank) {
  std::vector<std::pair<std::string, Candidate>> under;  // trie key and candidate, without the host
  for (const auto& path : pattern.paths) {
    Candidate candidate{.rank = rank, .prefix_length = static_cast<std::uint32_t>(path.size())};
    std::string key = path;
    if (is_regex_path(path)) {
      auto regex = Regex::compile(std::string_view(path).substr(1), Regex::Case::respected);
      if (!regex)
        return refuse(ErrorKind::invalid, "bad_route", "paths: " + path + ": " + regex.error().detail);
      candidate.regex = static_cast<std::int32_t>(regexes.size());
      key = regex->literal_prefix();
      regexes.push_back(std::move(*regex));
    }
    under.emplace_back(std::move(key), candidate);
  }
  if (pattern.paths.empty()) under.emplace_back(std::string(), Candidate{.rank = rank});

  for (auto& [key, candidate] : under) {
    if (rule.hosts.empty()) any_host.insert(key, candidate);
    for (const auto& host : rule.hosts) {
      const auto [name, port] = split_host_port(host);
      candidate.port = port;
      paths_of(name).insert(key, candidate);
    }
  }
  return {};
}

void RouteTable::Index::try_candidates(const std::vector<Candidate>& candidates, Search& state) const {
  for (const auto& candidate : candidates) {
    if (candidate.rank >= state.best) return;
    if (candidate.port != 0 && candidate.port != state.port) continue;
    if (!conditions_hold(rules[rule_of_rank[candidate.rank]], state.query)) continue;
    std::size_t matched = candidate.prefix_length;
    if (candidate.regex >= 0) {
      const auto length =
          regexes[static_cast<std::size_t>(candidate.regex)].match_beginning(state.query.path);
      if (!length) continue;
      matched = *length;
    }
    state.best = candidate.rank;
    state.matched = matched;
    return;
  }
}

void RouteTable::Index::search(const Paths& paths, Search& state) const {
  paths.visit_prefixes(state.query.path,
                       [&](const std::vector<Candidate>& candidates) { try_candidates(candidates, state); });
}

void RouteTable::Index::search_wildcards(std::string_view host, Search& state) const {
  for (auto dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.', dot + 1)) {
    if (const auto found = host_ends.find(host.substr(dot)); found != host_ends.end())
      search(found->second, state);
    const auto beginning = host_beginnings.find(host.substr(0, dot + 1));
    if (beginning != host_beginnings.end()) search(beginning->second, state);
  }
}

Result<RouteTable> RouteTable::build(const std::vector<RouteRule>& rules) {
  auto index = std::make_unique<Index>();
  std::vector<RoutePattern> patterns;
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    auto conditions = compile_conditions(rules[i], i);
    if (!conditions) return fail(conditions);
    index->rules.push_back(std::move(*conditions));
    for (auto& pattern : patterns_of(rules[i], i)) patterns.push_back(std::move(pattern));
  }
  const auto strength = [&](const RoutePattern& pattern) {
    const auto& rule = rules[pattern.rule];
    return std::tuple(pattern.priority, rule.provenance == Provenance::user, std::string_view(rule.id));
  };
  std::ranges::sort(patterns, [&](const auto& a, const auto& b) { return strength(a) > strength(b); });
  for (std::uint32_t rank = 0; rank < patterns.size(); ++rank) {
    index->rule_of_rank.push_back(patterns[rank].rule);
    if (auto added = index->add(patterns[rank], rules[patterns[rank].rule], rank); !added) return fail(added);
  }
  return RouteTable(std::move(index));
}

std::optional<RouteHit> RouteTable::match(const RouteQuery& query) const {
  Index::Search state{.query = query};
  if (index_->asks_for_hosts()) {
    const auto [name, port] = split_host_port(query.headers->get("Host"));
    const std::uint16_t default_port = query.is_tls ? 443 : 80;
    state.port = port == 0 ? default_port : port;
    const std::string host = core::to_lower(name);
    if (const auto found = index_->exact_hosts.find(host); found != index_->exact_hosts.end()) {
      index_->search(found->second, state);
    }
    index_->search_wildcards(host, state);
  }
  index_->search(index_->any_host, state);
  if (state.best == kNoRank) return std::nullopt;
  return RouteHit{.rule = index_->rule_of_rank[state.best], .matched = state.matched};
}

RouteTable::RouteTable() : index_(std::make_unique<const Index>()) {}
RouteTable::RouteTable(std::unique_ptr<const Index> index) : index_(std::move(index)) {}
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;
RouteTable::~RouteTable() = default;

HostPort split_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && bracket > colon)) {
    return {.host = text};
  }
  return {.host = text.substr(0, colon),
          .port = core::parse_int<std::uint16_t>(text.substr(colon + 1)).value_or(0)};
}

}  // namespace gatehouse::gateway
