#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "detection/box.h"
#include "engine.h"
#include "error.h"
#include "pyramid.h"
#include "thread_pool.h"

namespace faces::mtcnn {

/// Side in pixels of the tiles that P-Net processes. Its layers need about 100 bytes per pixel, so a tile stays near
/// the second-level cache (measured on levels of 1 megapixel: 1.5 times faster than in one piece, 110 MB less).
constexpr int kTileSide = 256;

/// P-Net, the proposal network: slides a 12x12 window over a level in steps of 2 pixels (paper, section 2.2).
class PNet {
 public:
  /// One engine per thread.
  explicit PNet(std::vector<std::unique_ptr<ProposalEngine>> engines);

  /// Returns for each level the windows with a score over `threshold` (kMaxCandidatesPerLevel at most), row by row, as
  /// boxes in pixels of the image, before non-maximum suppression. The levels are split into tiles of at most
  /// `tile_side` pixels a side (at least one window), processed by the threads of `pool`, which does not change the
  /// result, with a checkpoint before each. Throws Error.
  std::vector<std::vector<Candidate>> Propose(const cv::Mat& image, const std::vector<Level>& levels, float threshold,
                                              ThreadPool& pool, const CancelFlag& cancel, int tile_side = kTileSide);

 private:
  // State of one thread.
  struct ThreadWorkspace {
    std::unique_ptr<ProposalEngine> engine;
    std::vector<uint8_t> pixels;
    std::vector<Proposal> proposals;
    std::vector<Candidate> candidates;
  };

  std::vector<ThreadWorkspace> workspaces_;
};

}  // namespace faces::mtcnn
