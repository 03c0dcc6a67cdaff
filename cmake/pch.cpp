// Carries the precompiled header; see pch.hpp.
