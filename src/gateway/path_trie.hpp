// A radix trie from path prefixes to values: finds every stored prefix of a path in one walk whose cost
// depends on the length of the path, not on how many prefixes are stored. Part of the route table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::gateway {

template <class Value>
class PathTrie {
 public:
  PathTrie() : nodes_(1) {}

  // Values under one prefix keep the order in which they were inserted.
  void insert(std::string_view prefix, Value value) { nodes_[node_for(prefix)].values.push_back(value); }

  // Calls visit(values) for each stored prefix of `path`, shortest first.
  template <class Visit>
  void visit_prefixes(std::string_view path, Visit&& visit) const {
    const Node* node = &nodes_.front();
    for (;;) {
      if (!node->values.empty()) visit(node->values);
      if (path.empty()) return;
      const auto at = node->first_bytes.find(path.front());
      if (at == std::string::npos) return;
      node = &nodes_[node->children[at]];
      if (!path.starts_with(node->label)) return;
      path.remove_prefix(node->label.size());
    }
  }

 private:
  struct Node {
    std::string label;                    // what this node adds to its parent's prefix
    std::string first_bytes;              // of the children's labels, in the order of `children`
    std::vector<std::uint32_t> children;  // indexes into nodes_
    std::vector<Value> values;
  };

  std::uint32_t node_for(std::string_view prefix) {
    std::uint32_t at = 0;
    while (!prefix.empty()) {
      const auto child_at = nodes_[at].first_bytes.find(prefix.front());
      if (child_at == std::string::npos) return add_child(at, prefix);
      const auto child = nodes_[at].children[child_at];
      const auto shared = shared_length(nodes_[child].label, prefix);
      if (shared < nodes_[child].label.size()) split(child, shared);
      prefix.remove_prefix(shared);
      at = child;
    }
    return at;
  }

  std::uint32_t add_child(std::uint32_t parent, std::string_view label) {
    const auto child = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({.label = std::string(label)});
    nodes_[parent].first_bytes.push_back(label.front());
    nodes_[parent].children.push_back(child);
    return child;
  }

  // Cuts a node's label in two: the node keeps the first part, a new child takes the rest and all that hung
  // below.
  void split(std::uint32_t at, std::size_t length) {
    Node lower = std::move(nodes_[at]);
    Node upper{.label = lower.label.substr(0, length)};
    lower.label.erase(0, length);
    upper.first_bytes = lower.label.substr(0, 1);
    upper.children = {static_cast<std::uint32_t>(nodes_.size())};
    nodes_[at] = std::move(upper);
    nodes_.push_back(std::move(lower));
  }

  static std::size_t shared_length(std::string_view a, std::string_view b) {
    std::size_t length = 0;
    while (length < a.size() && length < b.size() && a[length] == b[length]) ++length;
    return length;
  }

  std::vector<Node> nodes_;
};

}  // namespace gatehouse::gateway
