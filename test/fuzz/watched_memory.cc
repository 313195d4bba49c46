#include "watched_memory.h"

#include <algorithm>
#include <cstring>
#include <opencv2/core.hpp>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#include <sanitizer/allocator_interface.h>
#define FUZZ_MEMORY_IS_COUNTED
#endif
#endif

namespace fuzz {
namespace {

// OpenCV's own allocator, whose memory is filled.
class FillingAllocator final : public cv::MatAllocator {
 public:
  cv::UMatData* allocate(int dims, const int* sizes, int type, void* data, size_t* step, cv::AccessFlag flags,
                         cv::UMatUsageFlags usage) const override {
    cv::UMatData* made = cv::Mat::getStdAllocator()->allocate(dims, sizes, type, data, step, flags, usage);
    if (data == nullptr && made != nullptr) std::memset(made->data, byte, made->size);
    return made;
  }
  bool allocate(cv::UMatData* data, cv::AccessFlag flags, cv::UMatUsageFlags usage) const override {
    return cv::Mat::getStdAllocator()->allocate(data, flags, usage);
  }
  void deallocate(cv::UMatData* data) const override { cv::Mat::getStdAllocator()->deallocate(data); }

  uint8_t byte = 0;
};

int64_t live = 0, most = 0;

#ifdef FUZZ_MEMORY_IS_COUNTED
void CountAllocated(const volatile void* /*memory*/, size_t size) {
  live += static_cast<int64_t>(size);
  most = std::max(most, live);
}

void CountFreed(const volatile void* memory) {
  live -= static_cast<int64_t>(__sanitizer_get_allocated_size(const_cast<void*>(memory)));
}

const bool is_counted = __sanitizer_install_malloc_and_free_hooks(CountAllocated, CountFreed) != 0;
#endif

}  // namespace

void FillMatricesWith(uint8_t byte) {
  static FillingAllocator allocator;
  allocator.byte = byte;
  cv::Mat::setDefaultAllocator(&allocator);
}

int64_t Peak() { return most; }
void RestartPeak() { live = most = 0; }

}  // namespace fuzz
