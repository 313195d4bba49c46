#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "engine.h"
#include "models/dnn_net.h"

namespace faces::yunet {
namespace {

class OpenCvEngine final : public Engine {
 public:
  explicit OpenCvEngine(const ModelFiles& files) : net_(files, {}, "YuNet") {
    const int unit = kStrides.back();
    std::vector<Place> found;
    ThreadPool alone(1);
    Look(cv::Mat(2 * unit, 3 * unit, CV_8UC3, cv::Scalar::all(0)), 1, alone, {}, found);
  }

  void Look(const cv::Mat& picture, float, ThreadPool&, const CancelFlag& cancel, std::vector<Place>& found) override {
    Checkpoint(cancel);
    cv::Mat padded;
    cv::copyMakeBorder(picture, padded, 0, PaddedSide(picture.rows) - picture.rows, 0,
                       PaddedSide(picture.cols) - picture.cols, cv::BORDER_CONSTANT | cv::BORDER_ISOLATED);
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
        Place place{kStrides[i], at % across, at / across, *maps[0].ptr<float>(at), *maps[1].ptr<float>(at), {}, {}};
        std::copy_n(maps[2].ptr<float>(at), place.box.size(), place.box.begin());
        std::copy_n(maps[3].ptr<float>(at), place.points.size(), place.points.begin());
        found.push_back(place);
      }
    }
  }

 private:
  DnnNet net_;
};

}  // namespace

std::unique_ptr<Engine> MakeOpenCvEngine(const ModelFiles& files) { return std::make_unique<OpenCvEngine>(files); }

}  // namespace faces::yunet
