#include "models/self_check.h"

#include <algorithm>

#include "engine.h"

namespace faces::mtcnn {
namespace {

constexpr int kCrops = 13;  // one more than any kernel processes at once

std::vector<uint8_t> Picture(int width, int rows, uint32_t seed) {
  return SelfCheckPixels(static_cast<size_t>(width) * static_cast<size_t>(rows) * 3, seed);
}

bool IsNear(const Proposal& a, const Proposal& b) {
  return a.column == b.column && a.row == b.row && AgreeInSelfCheck(a.score, b.score) &&
         std::equal(a.regression.begin(), a.regression.end(), b.regression.begin(), AgreeInSelfCheck);
}

std::vector<Proposal> AllWindows(ProposalEngine& engine, int width, int height) {
  constexpr float kEvery = -1;
  std::vector<Proposal> found;
  engine.Propose(Picture(width, height, 1).data(), width, height, kEvery, found);
  std::sort(found.begin(), found.end(),
            [](const Proposal& a, const Proposal& b) { return a.row != b.row ? a.row < b.row : a.column < b.column; });
  return found;
}

bool AgreeOnTiles(const Engines& a, const Engines& b) {
  for (const auto& [width, height] : {std::pair{12, 12}, {13, 12}, {12, 13}, {47, 29}, {80, 61}}) {
    const auto x = AllWindows(*a.pnet, width, height);
    const auto y = AllWindows(*b.pnet, width, height);
    const auto is_near = [](const Proposal& p, const Proposal& q) { return IsNear(p, q); };
    if (x.empty() || !std::equal(x.begin(), x.end(), y.begin(), y.end(), is_near)) return false;
  }
  return true;
}

bool AgreeOnCrops(CropNet net, CropEngine& a, CropEngine& b) {
  const int side = CropSide(net);
  for (const int count : {1, kCrops}) {
    const auto crops = Picture(side, side * count, 2);
    const float* x = a.Infer(crops.data(), count);
    const float* y = b.Infer(crops.data(), count);
    if (!std::equal(x, x + std::ptrdiff_t{count} * AnswerSize(net), y, AgreeInSelfCheck)) return false;
  }
  return true;
}

}  // namespace

std::string Difference(const Engines& a, const Engines& b) {
  if (!AgreeOnTiles(a, b)) return "P-Net's answers differ";
  if (!AgreeOnCrops(CropNet::kRNet, *a.rnet, *b.rnet)) return "R-Net's answers differ";
  if (!AgreeOnCrops(CropNet::kONet, *a.onet, *b.onet)) return "O-Net's answers differ";
  return "";
}

}  // namespace faces::mtcnn
