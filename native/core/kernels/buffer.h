#pragma once

#include <hwy/aligned_allocator.h>

#include <cstddef>
#include <new>

namespace faces::kernels {

/// Floats that start on a vector's boundary, for a caller that needs them again and again: grows, never shrinks.
class Buffer {
 public:
  /// At least `count` floats, whose content is not kept when they have to grow. Throws std::bad_alloc.
  float* Take(size_t count) {
    if (count > size_) {
      floats_ = hwy::AllocateAligned<float>(count, &Allocate, &Free, nullptr);
      size_ = floats_ ? count : 0;
      if (!floats_) throw std::bad_alloc();
    }
    return floats_.get();
  }

  float* data() { return floats_.get(); }
  const float* data() const { return floats_.get(); }
  size_t size() const { return size_; }

 private:
  // By the program's own operators, which tests replace to count.
  static void* Allocate(void*, size_t bytes) { return ::operator new(bytes, std::nothrow); }
  static void Free(void*, void* memory) { ::operator delete(memory); }

  hwy::AlignedFreeUniquePtr<float[]> floats_;
  size_t size_ = 0;
};

}  // namespace faces::kernels
