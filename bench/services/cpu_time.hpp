// How much CPU time processes have used.
#pragma once

#include <sys/types.h>

namespace gatehouse::bench {

// Of the process, its threads and its children, living and reaped: /proc/<pid>/stat, fields 14 to 17.
// Seconds, in steps of the kernel's clock tick (10 ms). 0 for pid 0.
[[nodiscard]] double cpu_seconds(pid_t pid);

}  // namespace gatehouse::bench
