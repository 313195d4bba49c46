#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "../error.h"
#include "box.h"
#include "engine.h"
#include "pyramid.h"

namespace faces::mtcnn {

/// Side in pixels of the tiles that P-Net takes at once. Its layers need about 100 bytes a pixel, so a tile stays near
/// the second-level cache (measured on levels of 1 megapixel: 1.5 times faster than in one piece, 110 MB less).
constexpr int kTileSide = 256;

/// Candidates that one level may give. Only thresholds near 0 or a picture drawn for the purpose come near it; of more,
/// the best are kept.
constexpr size_t kMaxCandidatesPerLevel = 500'000;

/// P-Net, the proposal network: slides a 12x12 window over a level in steps of 2 pixels (paper, section 2.2).
class PNet {
 public:
  explicit PNet(std::unique_ptr<ProposalEngine> engine) : engine_(std::move(engine)) {}

  /// The windows of one level that score over `threshold`, row by row, as boxes in pixels of the image, before
  /// non-maximum suppression. The level is run in tiles of at most `tile_side` pixels a side (at least one window),
  /// which changes nothing in the answer, with a checkpoint before each. Throws Error.
  std::vector<Candidate> Propose(const cv::Mat& image, const Level& level, float threshold, const CancelFlag& cancel,
                                 int tile_side = kTileSide);

 private:
  std::unique_ptr<ProposalEngine> engine_;
};

}  // namespace faces::mtcnn
