// All endpoints of the Admin API, and the choice of one for a call. HEAD, OPTIONS, 404 and 405 are answered
// here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/admin/call.hpp"

namespace gatehouse::gateway::admin {

class EndpointTable {
 public:
  EndpointTable();  // with GET /endpoints, its own listing
  EndpointTable(const EndpointTable&) = delete;

  // The first pattern that matches serves: put the special ones first.
  void add(std::vector<Endpoint> endpoints);

  [[nodiscard]] Answer answer(const Call& call) const;

 private:
  struct Entry {
    std::vector<std::string> segments;
    Endpoint endpoint;
  };
  [[nodiscard]] Outcome<Answer> serve(const Call& call) const;
  [[nodiscard]] json::object listing() const;

  std::vector<Entry> entries_;
};

}  // namespace gatehouse::gateway::admin
