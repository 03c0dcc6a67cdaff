// The precompiled header of tests; see pch.hpp.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pch.hpp"
