// JSON is Boost.JSON everywhere; `json::` inside namespace gatehouse.
#pragma once

#include <boost/json.hpp>

namespace gatehouse {
namespace json = boost::json;
}
