#include "storage/mongo/server_info.hpp"

namespace gatehouse::storage::mongo {

Result<ServerInfo> server_info(Session& session) {
  const auto build = session.command({{"buildInfo", 1}});
  if (!build) return fail(build);
  const auto hello = session.command({{"hello", 1}});
  if (!hello) return fail(hello);
  Reading built{*build};
  Reading greeted{*hello};
  ServerInfo info{.version = built.text("version"),
                  .is_ferretdb = build->has("ferretdbVersion"),
                  .takes_writes = greeted.flag("isWritablePrimary"),
                  .its_time = greeted.date("localTime")};
  if (const auto read = built.finish(); !read) return fail(read);
  if (const auto read = greeted.finish(); !read) return fail(read);
  return info;
}

}  // namespace gatehouse::storage::mongo
