#include <algorithm>
#include <cmath>
#include <random>

#include "engine.h"

namespace faces::mtcnn {
namespace {

constexpr double kTolerance = 1e-4;
constexpr int kCrops = 13;  // one more than any kernel processes at once

// Noise on a gradient, so that high and low contrast both occur. The generator gives the same numbers everywhere.
std::vector<uint8_t> Picture(int width, int rows, uint32_t seed) {
  std::minstd_rand random(seed);
  std::vector<uint8_t> bgr(static_cast<size_t>(width) * static_cast<size_t>(rows) * 3);
  for (size_t i = 0; i < bgr.size(); ++i) {
    const size_t slope = i * 192 / bgr.size();
    const size_t range = i % 97 < 48 ? 16 : 64;
    bgr[i] = static_cast<uint8_t>(slope + random() % range);
  }
  return bgr;
}

// False for NaN, which "differs by more" would not be.
bool IsNear(float a, float b) { return std::abs(static_cast<double>(a) - static_cast<double>(b)) < kTolerance; }

bool IsNear(const Proposal& a, const Proposal& b) {
  return a.column == b.column && a.row == b.row && IsNear(a.score, b.score) &&
         std::equal(a.regression.begin(), a.regression.end(), b.regression.begin(),
                    [](float x, float y) { return IsNear(x, y); });
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
    if (!std::equal(x, x + std::ptrdiff_t{count} * AnswerSize(net), y, [](float p, float q) { return IsNear(p, q); }))
      return false;
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
