// The arguments of a request: JSON, form or multipart become one JSON object, so that
//   paths[]=/payments&methods[]=POST&config.redis.host=h   and
//   {"paths":["/payments"],…,"config":{"redis":{"host":"h"}}}
// mean the same. A form's values are still texts: schema::infer gives them their types.
#pragma once

#include <cstddef>

#include "core/json.hpp"
#include "core/text.hpp"
#include "gateway/admin/call.hpp"

namespace gatehouse::gateway::admin {

inline constexpr std::size_t kArgumentsMax = 1000;

enum class Values : std::uint8_t { typed, text };

struct Arguments {
  json::object values;
  Values kind = Values::typed;
};

// Refused: 400 for what cannot be parsed or has more than 1000 arguments, 415 for another content type.
[[nodiscard]] Outcome<Arguments> body_arguments(const Call& call);
[[nodiscard]] Outcome<core::FormPairs> query_arguments(const Call& call);

// The first value of `name`; nothing if it is not there.
[[nodiscard]] std::optional<std::string_view> find_argument(const core::FormPairs&, std::string_view name);

// a.b=c nests, a[]=x appends, a[2]=x stands second, a[key]=x is a map entry, a=x&a=y is a list.
[[nodiscard]] json::object nest(const core::FormPairs& pairs);

}  // namespace gatehouse::gateway::admin
