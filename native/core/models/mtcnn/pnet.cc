#include "pnet.h"

#include <cmath>
#include <utility>

#include "level_candidates.h"
#include "resize.h"
#include "tiles.h"

namespace faces::mtcnn {
namespace {

Box WindowBox(int column, int row, double scale) {
  return {std::nearbyint((kPNetStride * column + 1.0) / scale), std::nearbyint((kPNetStride * row + 1.0) / scale),
          std::nearbyint((kPNetStride * column + 1.0 + kPNetWindow) / scale),
          std::nearbyint((kPNetStride * row + 1.0 + kPNetWindow) / scale)};
}

}  // namespace

PNet::PNet(std::vector<std::unique_ptr<ProposalEngine>> engines) {
  for (auto& engine : engines) workspaces_.push_back({std::move(engine), {}, {}, {}});
}

std::vector<std::vector<Candidate>> PNet::Propose(const cv::Mat& image, const std::vector<Level>& levels,
                                                  float threshold, ThreadPool& pool, const CancelFlag& cancel,
                                                  int tile_side) {
  std::vector<LinearResize> resizes;
  resizes.reserve(levels.size());
  for (const Level& level : levels) {
    resizes.emplace_back(image, Window{0, 0, image.cols, image.rows}, level.width, level.height);
  }
  const std::vector<Tile> tiles = Tiles(levels, tile_side);
  std::vector<LevelCandidates> found(levels.size());
  pool.ForEach(tiles.size(), [&](size_t thread, size_t index) {
    Checkpoint(cancel);
    const Tile& tile = tiles[index];
    const cv::Rect pixels = tile.Pixels();
    ThreadWorkspace& workspace = workspaces_[thread];
    workspace.pixels.resize(static_cast<size_t>(pixels.area()) * 3);
    LinearResize(resizes[tile.level]).Block(pixels, workspace.pixels.data());  // a copy per thread: not thread-safe
    workspace.proposals.clear();
    workspace.engine->Propose(workspace.pixels.data(), pixels.width, pixels.height, threshold, workspace.proposals);
    workspace.candidates.clear();
    for (const Proposal& proposal : workspace.proposals) {
      const Box box = WindowBox(tile.across.first_window + proposal.column, tile.down.first_window + proposal.row,
                                levels[tile.level].scale);
      workspace.candidates.push_back({box, proposal.score, proposal.regression});
    }
    found[tile.level].Add(workspace.candidates);
  });
  std::vector<std::vector<Candidate>> answers;
  answers.reserve(found.size());
  for (LevelCandidates& level : found) answers.push_back(level.Take());
  return answers;
}

}  // namespace faces::mtcnn
