// `gatehouse demo`: a guided purchase, as a client outside the platform makes it, over TLS through the
// gateway. Every answer is checked; the first that is not as it should be ends the tour.
#pragma once

#include <filesystem>

namespace gatehouse::demo {

struct DemoOptions {
  std::filesystem::path data = "data";  // of the running platform: ports, CA certificate, demo accounts
};

// The exit code; what went wrong is one line on standard error.
int run(const DemoOptions& options);

}  // namespace gatehouse::demo
