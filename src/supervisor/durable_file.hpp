// The files of the data directory: core/durable_file under the names that this room uses.
#pragma once

#include "core/durable_file.hpp"

namespace gatehouse::supervisor {

using core::kOwnerOnly;
using core::kReadableByAll;
using core::make_private_directory;
using core::read_file;
using core::write_durably;

}  // namespace gatehouse::supervisor
