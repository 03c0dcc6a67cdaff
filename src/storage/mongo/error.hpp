// What the errors of libmongoc and of the server mean in our words.
//
//   | what happened                                  | kind        | reason                   | safe to retry |
//   |------------------------------------------------|-------------|--------------------------|---------------|
//   | no server found, no connection                 | unavailable | database_unreachable     | yes           |
//   | certificate, name or handshake refused         | unavailable | database_tls_refused     | yes           |
//   | user or password refused                       | unavailable | database_login_refused   | yes           |
//   | connection lost underway, primary stepped down | unavailable | database_connection_lost | no            |
//   | not the primary                                | unavailable | database_not_primary     | yes           |
//   | no majority confirmed in time                  | unavailable | database_unconfirmed     | no            |
//   | out of disk                                    | unavailable | disk_full                | no            |
//   | no answer in time, here or there               | timeout     | database_timeout         | no            |
//   | an index is unique                             | conflict    | unique_violation         | no            |
//   | the document is larger than the server allows  | too_large   | document_too_large       | no            |
//   | a right is missing                             | internal    | database_forbidden       | no            |
//   | anything else                                  | internal    | database_error           | no            |
#pragma once

#include <string_view>

#include "core/result.hpp"
#include "runtime/deadline.hpp"

struct _bson_error_t;  // bson_error_t

namespace gatehouse::storage::mongo {

// `what` was tried; `deadline` tells a read that waited too long from one that broke.
[[nodiscard]] Error error_of(const _bson_error_t& error, std::string_view what, Deadline deadline);

}  // namespace gatehouse::storage::mongo
