// `gatehouse doctor`: finds what commonly ails a platform, says what it is and what to do about it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "check/check.hpp"

namespace gatehouse::doctor {

enum class Format : std::uint8_t { text, json };

struct DoctorOptions {
  std::filesystem::path data = "data";
  Format format = Format::text;
};

// 0: no fault, though there may be warnings. 1: a fault, and said.
int run(const DoctorOptions& options, std::span<const check::KnownRole> roles);

}  // namespace gatehouse::doctor
