// The ports that the platform wants, before it runs: free, or who has them.
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "core/text.hpp"
#include "doctor/examination.hpp"
#include "net/listener.hpp"

namespace gatehouse::doctor {
namespace {

namespace fs = std::filesystem;

// The sockets that listen on a port, by inode: /proc/net/tcp has "local_address" as hex "ADDRESS:PORT" in the
// second column, the state in the fourth (0A: listening) and the inode in the tenth (proc(5)).
std::vector<std::string> listeners_on(std::uint16_t port) {
  std::vector<std::string> inodes;
  const std::string wanted = fmt::format(":{:04X}", port);
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(table);
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
      words >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >>
          inode;
      if (state == "0A" && local.ends_with(wanted)) inodes.push_back(fmt::format("socket:[{}]", inode));
    }
  }
  return inodes;
}

bool has_open(const fs::path& process, const std::vector<std::string>& sockets) {
  std::error_code error;
  for (fs::directory_iterator entry(process / "fd", error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    const auto target = fs::read_symlink(entry->path(), gone).string();
    if (std::ranges::find(sockets, target) != sockets.end()) return true;
  }
  return false;
}

// "nginx, process 812"; empty if it is another user's.
std::string holder_of(std::uint16_t port) {
  const auto sockets = listeners_on(port);
  if (sockets.empty()) return {};
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const std::string pid = entry->path().filename().string();
    if (!core::parse_int<std::int64_t>(pid) || !has_open(entry->path(), sockets)) continue;
    std::string name;
    std::getline(std::ifstream(entry->path() / "comm"), name);
    return fmt::format("{}, process {}", name, pid);
  }
  return {};
}

}  // namespace

Findings examine_ports(const Patient& patient) {
  if (patient.is_running) return {};  // they are its own
  Findings findings;
  for (const supervisor::UsedPort& used : supervisor::ports_of(patient.platform)) {
    const auto free = net::port_is_free(patient.platform.address, used.port);
    if (free) continue;
    const std::string holder = holder_of(used.port);
    findings.push_back({.subject = used.who,
                        .words = holder.empty() ? fmt::format("cannot listen on {}", free.error().detail)
                                                : fmt::format("port {} is taken by {}", used.port, holder),
                        .remedy = fmt::format("stop that program, or choose another port in {}",
                                              patient.platform.file.string())});
  }
  return findings;
}

}  // namespace gatehouse::doctor
