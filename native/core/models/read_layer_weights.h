#pragma once

#include <opencv2/dnn.hpp>
#include <vector>

#include "layer_weights.h"

namespace faces {

/// A network's layers in their order. To be called before its first run, which may merge layers.
inline std::vector<LayerWeights> ReadLayerWeights(cv::dnn::Net& net) {
  std::vector<LayerWeights> weights;
  for (const cv::String& name : net.getLayerNames()) {
    const cv::Ptr<cv::dnn::Layer> layer = net.getLayer(net.getLayerId(name));
    weights.push_back({layer->type, layer->blobs});
  }
  return weights;
}

}  // namespace faces
