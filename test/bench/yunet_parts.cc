#include "yunet_parts.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "flops.h"
#include "models/yunet/levels.h"
#include "models/yunet/read_params.h"
#include "stopwatch.h"

namespace bench {

using namespace faces::yunet;

YuNetParts::YuNetParts(const faces::ModelFiles& files)
    : weights_(ReadParams(files)), stem_(weights_), trunk_(weights_) {}

std::vector<Part> YuNetParts::Run(const std::string& encoded) {
  constexpr double kSmallestFace = 20;
  constexpr float kThreshold = 0.7F;
  if (level_.empty()) {
    const cv::Mat picture = cv::imdecode(std::vector<char>(encoded.begin(), encoded.end()), cv::IMREAD_COLOR);
    cv::resize(picture, level_, Levels(picture.size(), kSmallestFace).front(), 0, 0, cv::INTER_AREA);
  }
  const int width = PaddedSide(level_.cols), height = PaddedSide(level_.rows);
  const int columns = width / kStrides.front(), rows = height / kStrides.front();
  const double pixels = double(width) * height;
  faces::Stopwatch watch;
  eighth_.Start(static_cast<size_t>(columns) * kChannels, rows);
  stem_.Start(height, {0, columns, columns}, eighth_);
  stem_.Advance(level_, height / 2, {});
  const double stem_ms = watch.Lap();
  trunk_.Start(columns, rows, kThreshold);
  for (int row = 0; row < rows; ++row) trunk_.Push(eighth_.Row(row), {});
  return {{"stem", stem_ms, YuNetStemFlop(pixels) / 1e9}, {"trunk", watch.Lap(), YuNetTrunkFlop(pixels) / 1e9}};
}

}  // namespace bench
