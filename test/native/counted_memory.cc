#include "counted_memory.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<size_t> allocations{0};
std::atomic<size_t> live{0};
std::atomic<size_t> peak{0};

// Each piece is preceded by its size, in as many bytes as keep it aligned.
constexpr size_t kHead = alignof(std::max_align_t);
static_assert(kHead >= sizeof(size_t));

}  // namespace

namespace memory {

size_t Allocations() { return allocations; }
size_t Live() { return live; }
size_t Peak() { return peak; }
void RestartPeak() { peak = live.load(); }

}  // namespace memory

#ifndef FACES_MEMORY_IS_WATCHED
void* operator new(size_t bytes) {
  auto* head = static_cast<char*>(std::malloc(kHead + bytes));
  if (head == nullptr) throw std::bad_alloc();
  *reinterpret_cast<size_t*>(head) = bytes;
  ++allocations;
  const size_t now = live += bytes;
  for (size_t most = peak; now > most && !peak.compare_exchange_weak(most, now);) continue;
  return head + kHead;
}

void operator delete(void* piece) noexcept {
  if (piece == nullptr) return;
  char* head = static_cast<char*>(piece) - kHead;
  live -= *reinterpret_cast<size_t*>(head);
  std::free(head);
}

void operator delete(void* piece, size_t) noexcept { operator delete(piece); }
#endif
