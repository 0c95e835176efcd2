# SPDX-License-Identifier: Apache-2.0
# Everything comes from the distribution's packages; cmake/install-packages.sh names them.

find_package(Threads REQUIRED)
find_package(Boost 1.83 REQUIRED COMPONENTS json url)
find_package(fmt REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(spdlog REQUIRED)
find_package(ZLIB REQUIRED)
# None of these brings a CMake package everywhere.
find_library(MCPGW_BROTLI brotlidec REQUIRED)
find_library(MCPGW_ZSTD zstd REQUIRED)
find_library(MCPGW_STEMMER stemmer REQUIRED)
find_package(toml11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
if(NOT TARGET yaml-cpp::yaml-cpp) # before 0.8
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
if(MCPGW_TESTS AND NOT MCPGW_FUZZERS)
  find_package(Catch2 3 REQUIRED)
endif()

add_compile_definitions(
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_ALIGN       # coroutine frames come from plain operator new, which is
  BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC # faster than the aligned one
  # How many frames of coroutines that ended wait to be used again. A call has about six, and with
  # the two that are usual half of them come from malloc, some by its slow way.
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8
  BOOST_ASIO_SEPARATE_COMPILATION   # transports/async/asio_impl.cpp holds the one copy
  BOOST_BEAST_SEPARATE_COMPILATION)
