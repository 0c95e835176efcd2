# SPDX-License-Identifier: Apache-2.0
# One place for language level, warnings and sanitizers. Presets choose; targets inherit.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(MCPGW_SANITIZE "" CACHE STRING "Value for -fsanitize=, e.g. address,undefined or thread")

find_program(MCPGW_CCACHE ccache)
if(MCPGW_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${MCPGW_CCACHE}")
endif()

# An interface target that every target of ours links: warnings are errors in our code only.
add_library(mcpgw_compiler INTERFACE)
target_include_directories(mcpgw_compiler INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_definitions(mcpgw_compiler INTERFACE MCPGW_VERSION="${PROJECT_VERSION}")
target_compile_options(mcpgw_compiler INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-qual -Wformat=2 -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ reports members of coroutine frames as maybe uninitialised where they are not; and where it
  # optimises, Asio's own new and delete of coroutine frames as a mismatched pair.
  target_compile_options(mcpgw_compiler INTERFACE -Wno-error=maybe-uninitialized
    -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(mcpgw_compiler INTERFACE -Wno-restrict) # false alarms on std::string
  endif()
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
  # It has the coroutines of C++20, and does not say so to the library's <coroutine>.
  target_compile_definitions(mcpgw_compiler INTERFACE __cpp_impl_coroutine=201902L)
  # Its check of the types of functions cannot be assembled for the parts of a coroutine.
  target_compile_options(mcpgw_compiler INTERFACE -fno-sanitize=function)
endif()

# Half of a small call's time is code that runs once in many places: laid out and inlined by what
# runs in earnest, it takes a quarter less. Only g++; cmake/build-profiled.sh does both steps.
set(MCPGW_PROFILE "" CACHE STRING "collect: what runs is counted; use: builds with these counts")
set(profile_dir "${PROJECT_SOURCE_DIR}/build/training/profile")
set(profile_options "=${profile_dir}" "-fprofile-prefix-path=${CMAKE_BINARY_DIR}")
if(MCPGW_PROFILE STREQUAL "collect")
  list(TRANSFORM profile_options PREPEND "-fprofile-generate" AT 0)
  # The counters are placed after the first passes, and those do other things for LTO: without it
  # here, g++ 14 finds functions with other counters than it counted. Linked without, which is
  # quick.
  add_compile_options(${profile_options} -flto=auto -ffat-lto-objects)
  add_link_options(${profile_options} -fno-lto)
elseif(MCPGW_PROFILE STREQUAL "use")
  list(TRANSFORM profile_options PREPEND "-fprofile-use" AT 0)
  # What the training does not reach is compiled as if there were no counts at all. A profile is
  # advice: counts that do not fit are told of and left out.
  add_compile_options(${profile_options} -fprofile-partial-training -Wno-missing-profile
    -Wno-error=coverage-mismatch)
  add_link_options(${profile_options})
endif()

if(MCPGW_SANITIZE)
  add_compile_options("-fsanitize=${MCPGW_SANITIZE}" -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options("-fsanitize=${MCPGW_SANITIZE}")
endif()

if(MCPGW_SANITIZE MATCHES "thread")
  # ThreadSanitizer does not follow fences, so g++ warns of each (-Wtsan), which is an error here.
  # Asio puts fences around handlers for data that handlers on several threads share without a lock.
  # There is none: one thread runs each io_context, and Asio's own queues have locks.
  add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()
