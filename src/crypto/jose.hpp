// Signed tokens: keys (RFC 7517, 7518, 7638, 8037) and JWTs (RFC 7515, 7519).
#pragma once

#include "crypto/jwk.hpp"  // IWYU pragma: export
#include "crypto/jwt.hpp"  // IWYU pragma: export
