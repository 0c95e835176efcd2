// SPDX-License-Identifier: Apache-2.0
// Preloaded into the gateway (LD_PRELOAD): counts what it takes from the heap, in a file that the
// bench reads. Everything here runs inside malloc(), so it must not allocate.
#include "tests/bench/speed/preload/allocation_counter.hpp"

#include <cstddef>
#include <cstdlib>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

extern "C" {
void* __libc_malloc(std::size_t size);                         // NOLINT
void* __libc_calloc(std::size_t count, std::size_t size);      // NOLINT
void* __libc_realloc(void* old, std::size_t size);             // NOLINT
void* __libc_memalign(std::size_t boundary, std::size_t size); // NOLINT
}

namespace {

using mcpgw::bench::allocation_counts;

allocation_counts* counts = nullptr; // until the file is mapped nothing is counted

[[gnu::constructor]] void map_counts() {
    const char* const file = std::getenv(mcpgw::bench::allocation_file_variable);
    if (file == nullptr) return;
    const int descriptor = ::open(file, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    void* const where = ::mmap(nullptr, sizeof(allocation_counts), PROT_READ | PROT_WRITE,
                               MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (where != MAP_FAILED) counts = static_cast<allocation_counts*>(where);
}

void count(std::size_t size) {
    if (counts == nullptr) return;
    counts->calls.fetch_add(1, std::memory_order_relaxed);
    counts->bytes.fetch_add(size, std::memory_order_relaxed);
}

} // namespace

extern "C" {

void* malloc(std::size_t size) {
    count(size);
    return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) {
    count(number * size);
    return __libc_calloc(number, size);
}

void* realloc(void* old, std::size_t size) {
    count(size);
    return __libc_realloc(old, size);
}

void* memalign(std::size_t boundary, std::size_t size) {
    count(size);
    return __libc_memalign(boundary, size);
}

void* aligned_alloc(std::size_t boundary, std::size_t size) {
    return memalign(boundary, size);
}

int posix_memalign(void** out, std::size_t boundary, std::size_t size) {
    constexpr int no_memory = 12;
    *out = memalign(boundary, size);
    return *out == nullptr ? no_memory : 0;
}
}
