#include <algorithm>
#include <cstddef>
#include <opencv2/imgproc.hpp>
#include <tuple>
#include <utility>

#include "engine.h"
#include "models/dnn_net.h"
#include "tiles.h"

namespace faces::yunet {
namespace {

// Less than Decode's score by some rounding.
bool MayExceed(const Place& place, float threshold) {
  return threshold <= 0 || place.class_score * place.object_score > 0.999F * threshold * threshold;
}

// Within the part, or in what fills up the picture behind its last parts.
bool IsIn(const Tile& tile, const Place& place) {
  const cv::Rect& part = tile.part;
  const int x = place.column * place.stride, y = place.row * place.stride;
  return x >= part.x && y >= part.y && (x < part.br().x || part.br().x == tile.seen.br().x) &&
         (y < part.br().y || part.br().y == tile.seen.br().y);
}

bool ComesBefore(const Place& a, const Place& b) {
  return std::tie(a.stride, a.row, a.column) < std::tie(b.stride, b.row, b.column);
}

class OpenCvEngine final : public Engine {
 public:
  explicit OpenCvEngine(const ModelFiles& files) : net_(files, {}, "YuNet") {
    const int unit = kStrides.back();
    const cv::Mat black(2 * unit, 3 * unit, CV_8UC3, cv::Scalar::all(0));
    std::vector<Place> found;
    LookAt(black, {cv::Rect({}, black.size()), cv::Rect({}, black.size())}, 1, found);
  }

  void Look(Level& level, float threshold, ThreadPool& pool, const CancelFlag& cancel,
            std::vector<Place>& found) override {
    const cv::Mat picture = level.Rows(0, level.size().height, pool, cancel);
    const std::vector<Tile> tiles = Tiles(picture.size());
    const auto first = static_cast<std::ptrdiff_t>(found.size());
    for (const Tile& tile : tiles) {
      Checkpoint(cancel);
      LookAt(picture(tile.seen), tile, threshold, found);
    }
    if (tiles.size() > 1) std::sort(found.begin() + first, found.end(), ComesBefore);
  }

 private:
  void LookAt(const cv::Mat& seen, const Tile& tile, float threshold, std::vector<Place>& found) {
    cv::Mat padded;
    cv::copyMakeBorder(seen, padded, 0, PaddedSide(seen.rows) - seen.rows, 0, PaddedSide(seen.cols) - seen.cols,
                       cv::BORDER_CONSTANT | cv::BORDER_ISOLATED);
    std::vector<NetOutput> outputs;
    for (const int stride : kStrides) {
      const int places = padded.cols / stride * (padded.rows / stride);
      const std::string ending = "_" + std::to_string(stride);
      for (const auto& [name, columns] : {std::pair{"cls", 1}, {"obj", 1}, {"bbox", 4}, {"kps", 10}}) {
        outputs.push_back({name + ending, places, columns});
      }
    }
    const std::vector<cv::Mat> answers = net_.Forward(padded, outputs);
    for (size_t i = 0; i < kStrides.size(); ++i) {
      const cv::Mat* maps = &answers[4 * i];
      const int across = padded.cols / kStrides[i];
      for (int at = 0; at < maps[0].rows; ++at) {
        Place place{kStrides[i],
                    tile.seen.x / kStrides[i] + at % across,
                    tile.seen.y / kStrides[i] + at / across,
                    *maps[0].ptr<float>(at),
                    *maps[1].ptr<float>(at),
                    {},
                    {}};
        if (!IsIn(tile, place) || !MayExceed(place, threshold)) continue;
        std::copy_n(maps[2].ptr<float>(at), place.box.size(), place.box.begin());
        std::copy_n(maps[3].ptr<float>(at), place.points.size(), place.points.begin());
        found.push_back(place);
      }
    }
  }

  DnnNet net_;
};

}  // namespace

std::unique_ptr<Engine> MakeOpenCvEngine(const ModelFiles& files) { return std::make_unique<OpenCvEngine>(files); }

}  // namespace faces::yunet
