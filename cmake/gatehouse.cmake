# How a folder of src/ becomes a library, its tests and its fuzz targets.
#
# A folder's sources are globbed: a file belongs to the room in which it lies. Suffixes decide what it is:
# _test.cpp (GoogleTest), _bench.cpp (Google Benchmark), _fuzz.cpp (libFuzzer), anything else is the library.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -gline-tables-only")   # assertions stay on: they guard money
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -gline-tables-only")
set(CMAKE_CXX_FLAGS_INSTRUMENTED "-O0 -gline-tables-only")     # with sanitizers: half of the compile time

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

add_library(gatehouse_options INTERFACE)
target_compile_options(gatehouse_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wimplicit-fallthrough -Wno-missing-field-initializers -Werror
  -fstack-protector-strong -Xclang -fno-pch-timestamp)
target_compile_definitions(gatehouse_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_ARRAY
  _FORTIFY_SOURCE=2)
target_include_directories(gatehouse_options INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_link_options(gatehouse_options INTERFACE -fuse-ld=lld -Wl,-z,relro,-z,now)

if(GATEHOUSE_SANITIZE)
  target_compile_options(gatehouse_options INTERFACE -fsanitize=${GATEHOUSE_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all -U_FORTIFY_SOURCE)
  target_link_options(gatehouse_options INTERFACE -fsanitize=${GATEHOUSE_SANITIZE})
endif()
if(GATEHOUSE_FUZZ)
  target_compile_options(gatehouse_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# What a test finds around it: servers that Debian keeps in /usr/sbin, those of tools/peers, readable reports.
set(GATEHOUSE_TEST_ENVIRONMENT
  "PATH=path_list_append:/usr/sbin" "PATH=path_list_append:${PROJECT_SOURCE_DIR}/build/peers/bin"
  "ASAN_OPTIONS=set:detect_leaks=1:strict_string_checks=1" "UBSAN_OPTIONS=set:print_stacktrace=1"
  # Some tests fork a role: die_after_fork.
  "TSAN_OPTIONS=set:halt_on_error=1:second_deadlock_stack=1:die_after_fork=0:suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp")
set(GATEHOUSE_TEST_SECONDS 120)
if(GATEHOUSE_SANITIZE)
  set(GATEHOUSE_TEST_SECONDS 360)
endif()
find_program(SYMBOLIZER NAMES llvm-symbolizer-19)
if(SYMBOLIZER)
  list(APPEND GATEHOUSE_TEST_ENVIRONMENT "ASAN_SYMBOLIZER_PATH=set:${SYMBOLIZER}" "TSAN_SYMBOLIZER_PATH=set:${SYMBOLIZER}")
endif()

# What a request passes through is optimised across files in the executable (_gatehouse_optimise_across_files). Its
# objects hold machine code as well, so that tests link in seconds.
set(GATEHOUSE_HOT_OPTIONS)
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  set(GATEHOUSE_HOT_OPTIONS -flto=thin -ffat-lto-objects)
endif()
function(_gatehouse_is_hot)
  foreach(target IN LISTS ARGN)
    target_compile_options(${target} PRIVATE ${GATEHOUSE_HOT_OPTIONS})
  endforeach()
endfunction()
function(_gatehouse_optimise_across_files target)
  if(GATEHOUSE_HOT_OPTIONS)
    target_link_options(${target} PRIVATE -flto=thin -O2 -Wl,--fat-lto-objects
                        "-Wl,--thinlto-cache-dir=${PROJECT_BINARY_DIR}/lto")
  endif()
endfunction()

add_custom_target(unit_tests)     # the tests that stand beside their source
if(GATEHOUSE_FUZZ)
  add_custom_target(fuzzers)      # every *_fuzz.cpp
endif()

# Two precompiled headers, compiled once: what nearly every file needs, and the same with what nearly every test needs.
# Tests are compiled without optimisation, what they test is not.
set(GATEHOUSE_TEST_OPTIONS -O0 -U_FORTIFY_SOURCE)
function(_gatehouse_precompile target header)
  add_library(${target} OBJECT "${PROJECT_SOURCE_DIR}/cmake/pch.cpp")
  target_link_libraries(${target} PRIVATE gatehouse_options fmt::fmt Boost::json Threads::Threads)
  target_precompile_headers(${target} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/${header}")
endfunction()
_gatehouse_precompile(gatehouse_pch pch.hpp)
_gatehouse_precompile(gatehouse_test_pch test_pch.hpp)
target_link_libraries(gatehouse_test_pch PRIVATE GTest::gmock)
target_compile_options(gatehouse_test_pch PRIVATE ${GATEHOUSE_TEST_OPTIONS})

add_library(gatehouse_asio STATIC "${PROJECT_SOURCE_DIR}/cmake/asio.cpp")
target_link_libraries(gatehouse_asio PUBLIC gatehouse_options Threads::Threads OpenSSL::SSL OpenSSL::Crypto)

function(_gatehouse_use_options target)
  target_link_libraries(${target} PUBLIC gatehouse_options gatehouse_asio fmt::fmt Boost::json Threads::Threads)
  target_precompile_headers(${target} REUSE_FROM gatehouse_pch)
endfunction()

function(_gatehouse_use_test_options target)
  target_link_libraries(${target} PUBLIC gatehouse_options gatehouse_asio fmt::fmt Boost::json Threads::Threads GTest::gmock)
  target_compile_options(${target} PRIVATE ${GATEHOUSE_TEST_OPTIONS})
  target_precompile_headers(${target} REUSE_FROM gatehouse_test_pch)
endfunction()

# gatehouse_library(name [PUBLIC libs...] [PRIVATE libs...])
function(gatehouse_library name)
  cmake_parse_arguments(ARG "" "FOLDER" "PUBLIC;PRIVATE;TEST" ${ARGN})
  if(NOT ARG_FOLDER)
    set(ARG_FOLDER "${CMAKE_CURRENT_SOURCE_DIR}")
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${ARG_FOLDER}/*.cpp")
  set(tests ${sources})
  set(fuzzers ${sources})
  set(benches ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench)\\.cpp$")

  if(NOT sources)
    set(sources "${PROJECT_SOURCE_DIR}/cmake/headers_only.cpp")
  endif()
  add_library(${name} STATIC ${sources})
  _gatehouse_use_options(${name})
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})

  if(tests)
    add_executable(${name}_test ${tests})
    _gatehouse_use_test_options(${name}_test)
    target_link_libraries(${name}_test PRIVATE ${name} ${ARG_TEST} GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT ${GATEHOUSE_TEST_SECONDS}
                         ENVIRONMENT_MODIFICATION "${GATEHOUSE_TEST_ENVIRONMENT}")
    add_dependencies(unit_tests ${name}_test)
  endif()
  foreach(source IN LISTS benches)
    get_filename_component(bench "${source}" NAME_WE)
    add_executable(${bench} EXCLUDE_FROM_ALL ${source})
    _gatehouse_use_options(${bench})
    target_link_libraries(${bench} PRIVATE ${name} benchmark::benchmark_main)
  endforeach()
  if(GATEHOUSE_FUZZ)
    foreach(source IN LISTS fuzzers)
      get_filename_component(fuzzer "${source}" NAME_WE)
      set(fuzzer ${name}_${fuzzer})    # http_head_fuzz
      add_executable(${fuzzer} ${source})
      _gatehouse_use_options(${fuzzer})
      target_link_libraries(${fuzzer} PRIVATE ${name})
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
      set_property(GLOBAL APPEND PROPERTY GATEHOUSE_FUZZERS ${fuzzer})
      add_dependencies(fuzzers ${fuzzer})
    endforeach()
  endif()
endfunction()

# gatehouse_service(name [PRIVATE libs...]): domain, ports, usecases, adapters and http, linked in their one direction.
function(gatehouse_service name)
  cmake_parse_arguments(ARG "" "" "DOMAIN;ADAPTERS;HTTP" ${ARGN})
  set(here "${CMAKE_CURRENT_SOURCE_DIR}/${name}")
  gatehouse_library(${name}_domain FOLDER "${here}/domain" PUBLIC core ${ARG_DOMAIN})
  gatehouse_library(${name}_ports FOLDER "${here}/ports" PUBLIC ${name}_domain runtime identity)
  gatehouse_library(${name}_adapters FOLDER "${here}/adapters" PUBLIC ${name}_ports PRIVATE ${ARG_ADAPTERS})
  gatehouse_library(${name}_usecases FOLDER "${here}/usecases" PUBLIC ${name}_ports TEST ${name}_adapters)
  gatehouse_library(${name}_http FOLDER "${here}/http" PUBLIC ${name}_usecases service ${ARG_HTTP} TEST ${name}_adapters)
  file(GLOB wiring CONFIGURE_DEPENDS "${here}/*.cpp")
  if(NOT wiring)
    set(wiring "${PROJECT_SOURCE_DIR}/cmake/headers_only.cpp")
  endif()
  add_library(${name}_role STATIC ${wiring})
  _gatehouse_use_options(${name}_role)
  target_link_libraries(${name}_role PUBLIC service PRIVATE ${name}_http ${name}_adapters)
endfunction()
