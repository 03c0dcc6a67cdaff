// `gatehouse check`: reads the platform file strictly, then tries every engine that it names.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "core/result.hpp"
#include "service/config.hpp"
#include "storage/dynamodb/table_shape.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::check {

enum class Format { table, json };

// What a role tells of itself.
struct KnownRole {
  std::string_view name;
  Result<void> (*read_settings)(const service::Config& config);    // its errors name the key
  storage::dynamodb::TableShape (*table_on_dynamodb)() = nullptr;  // null: it cannot use DynamoDB
};

struct CheckOptions {
  std::filesystem::path file;  // empty: <data>/platform.yml
  std::filesystem::path data = "data";
  Format format = Format::table;
};

// As the roles themselves will read them, so that a mistake is found before they start: `detail` names file
// and key.
[[nodiscard]] Result<void> read_settings(const supervisor::Platform& platform,
                                         std::span<const KnownRole> roles);

// 0: all is well. 1: something is not, and said.
int run(const CheckOptions& options, std::span<const KnownRole> roles);

}  // namespace gatehouse::check
