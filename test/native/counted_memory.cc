#include "counted_memory.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<size_t> allocations{0};
std::atomic<size_t> live{0};
std::atomic<size_t> peak{0};

std::atomic<bool> is_refusing{false};
std::atomic<size_t> asked{0};
std::atomic<size_t> refused{0};
size_t first_refused = 0;
size_t times_refused = 0;

}  // namespace

namespace memory {

size_t Allocations() { return allocations; }
size_t Live() { return live; }
size_t Peak() { return peak; }
void RestartPeak() { peak = live.load(); }

void Refuse(size_t skipped, size_t times) {
  first_refused = skipped;
  times_refused = times;
  asked = 0;
  refused = 0;
  is_refusing = true;
}

size_t Allow() {
  is_refusing = false;
  return refused;
}

}  // namespace memory

#ifndef FACES_MEMORY_IS_WATCHED
namespace {

bool Refuses() {
  if (!is_refusing) return false;
  const size_t index = asked++;
  if (index < first_refused || index - first_refused >= times_refused) return false;
  ++refused;
  return true;
}

// Each piece is preceded by its size, in as many bytes as keep it aligned.
constexpr size_t kHead = alignof(std::max_align_t);
static_assert(kHead >= sizeof(size_t));

}  // namespace

void* operator new(size_t bytes) {
  if (Refuses()) throw std::bad_alloc();
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
