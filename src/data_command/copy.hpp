// `gatehouse data copy`: makes the store of a role in one platform file equal to that in another, which names
// another engine. The source is only read, and may serve meanwhile; a run that was interrupted goes on; a
// repeated one catches up with what has changed since.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "data_copy/store.hpp"
#include "data_copy/synchronise.hpp"
#include "service/config.hpp"

namespace gatehouse::data_command {

// What a role whose data can be copied tells of itself.
struct CopyingRole {
  std::string_view name;
  Result<data_copy::Place> (*place_of_store)(const service::Config& config);
  Awaitable<Result<data_copy::Store>> (*open)(const service::Config& config, data_copy::Use use,
                                              data_copy::Surroundings around);
};

struct CopyOptions {
  std::string role;
  std::filesystem::path from;  // platform files
  std::filesystem::path to;
  std::filesystem::path data = "data";  // where the role's keys lie, for both sides
  data_copy::Effect effect = data_copy::Effect::apply;
};

// 0: both hold the same. 1: they do not, or something went wrong, and was said.
int copy(const CopyOptions& options, std::span<const CopyingRole> roles);

}  // namespace gatehouse::data_command
