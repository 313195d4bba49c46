#include "pixels.h"

#include <memory>
#include <mutex>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define FACES_MEMORY_IS_WATCHED
#endif
#endif

namespace faces {
namespace {

constexpr size_t kMegabyte = 1U << 20;
constexpr size_t kSmallestKept = kMegabyte;
// A sanitizer sees what happens beyond a block, or after its end, only if no other use of it follows.
#ifdef FACES_MEMORY_IS_WATCHED
constexpr size_t kMostKept = 0;
#else
constexpr size_t kMostKept = 64 * kMegabyte;
#endif

struct Block {
  void* memory;
  size_t bytes;
};

// The system hands out pages of 2 MB instead of 4 KB where it can.
void AdviseLargePages(const Block& block) {
#ifdef MADV_HUGEPAGE
  constexpr size_t kWorthwhile = 4 * kMegabyte;
  if (block.bytes < kWorthwhile) return;
  // Whole pages that lie in it.
  auto space = block.bytes;
  void* first = block.memory;
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  if (std::align(page, page, first, space) == nullptr) return;
  madvise(first, space / page * page, MADV_HUGEPAGE);  // it may be refused
#else
  static_cast<void>(block);
#endif
}

class Blocks {
 public:
  Blocks() { kept_.reserve(kMostKept / kSmallestKept + 1); }  // so that giving a block back needs no memory

  // At least that many bytes, at most twice as many.
  Block Take(size_t bytes) {
    const std::lock_guard lock(mutex_);
    auto best = kept_.end();
    for (auto block = kept_.begin(); block != kept_.end(); ++block) {
      if (block->bytes < bytes || block->bytes / 2 > bytes) continue;
      if (best == kept_.end() || block->bytes < best->bytes) best = block;
    }
    if (best == kept_.end()) return New(bytes);
    const Block block = *best;
    kept_.erase(best);
    return block;
  }

  void Give(const Block& block) {
    if (block.bytes > kMostKept) return cv::fastFree(block.memory);
    const std::lock_guard lock(mutex_);
    kept_.push_back(block);
    size_t sum = 0;
    for (const Block& kept : kept_) sum += kept.bytes;
    for (; sum > kMostKept; kept_.erase(kept_.begin())) {
      sum -= kept_.front().bytes;
      cv::fastFree(kept_.front().memory);
    }
  }

  void Free() {
    const std::lock_guard lock(mutex_);
    FreeAll();
  }

 private:
  Block New(size_t bytes) {
    if (bytes > kMostKept / 2) FreeAll();  // or what is kept would add to the memory of the largest pictures
    Block block{nullptr, bytes};
    try {
      block.memory = cv::fastMalloc(bytes);
    } catch (const cv::Exception&) {
      if (kept_.empty()) throw;
      FreeAll();
      block.memory = cv::fastMalloc(bytes);
    }
    AdviseLargePages(block);
    return block;
  }

  void FreeAll() {
    for (const Block& block : kept_) cv::fastFree(block.memory);
    kept_.clear();
  }

  std::mutex mutex_;
  std::vector<Block> kept_;  // the oldest first
};

Blocks& AllBlocks() {
  static auto* blocks = new Blocks;  // never destroyed: a picture may be freed after all that is static
  return *blocks;
}

// The addon is unloaded with the last environment that uses it, and may be loaded again.
struct FreeAtUnload {
  ~FreeAtUnload() { AllBlocks().Free(); }
} const free_at_unload;

// What cv::Mat asks for memory of pictures.
class PixelAllocator final : public cv::MatAllocator {
 public:
  cv::UMatData* allocate(int dims, const int* sizes, int type, void* data, size_t* step, cv::AccessFlag /*flags*/,
                         cv::UMatUsageFlags /*usage*/) const override {
    CV_Assert(data == nullptr);
    size_t bytes = CV_ELEM_SIZE(type);
    for (int i = dims - 1; i >= 0; --i) {
      if (step != nullptr) step[i] = bytes;
      bytes *= static_cast<size_t>(sizes[i]);
    }
    auto made = std::make_unique<cv::UMatData>(this);
    const Block block = AllBlocks().Take(bytes);
    made->data = made->origdata = static_cast<uchar*>(block.memory);
    made->size = block.bytes;
    return made.release();
  }

  bool allocate(cv::UMatData* /*data*/, cv::AccessFlag /*flags*/, cv::UMatUsageFlags /*usage*/) const override {
    return false;  // only for OpenCL
  }

  void deallocate(cv::UMatData* data) const override {
    if (data == nullptr) return;
    AllBlocks().Give({data->origdata, data->size});
    delete data;
  }
};

PixelAllocator& Allocator() {
  static auto* allocator = new PixelAllocator;  // as above
  return *allocator;
}

}  // namespace

cv::Mat NewPixels(const cv::Size& size, int type) {
  cv::Mat pixels;
  const size_t bytes = static_cast<size_t>(size.width) * static_cast<size_t>(size.height) * CV_ELEM_SIZE(type);
  if (bytes >= kSmallestKept) pixels.allocator = &Allocator();
  pixels.create(size, type);
  pixels.allocator = nullptr;  // whatever it may become
  return pixels;
}

void LimitMemory() {
#ifdef __GLIBC__
  // glibc raises these limits by itself, up to 32 and 64 MB, after which every pool thread keeps that much freed
  // memory: with a megapixel's pictures a process takes 175 MB instead of 120.
  // NOLINTBEGIN(concurrency-mt-unsafe): glibc locks what they change
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 4 << 20);
  // NOLINTEND(concurrency-mt-unsafe)
#endif
}

void ReturnMemory() {
  AllBlocks().Free();
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace faces
