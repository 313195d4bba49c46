#pragma once

#include <string>
#include <utility>

#include "error.h"
#include "model.h"

namespace faces {

template <typename Engine>
struct ChosenEngine {
  Engine engine;
  EngineInUse in_use;
};

/// The engine that `choice` asks for; for kAuto the fused one if `difference` of both, in that order, is empty, and
/// OpenCV's otherwise or where the fused one cannot run the weights. `make_fused` and `make_opencv` return an Engine.
/// Throws what `make_opencv` throws, and for kFused what `make_fused` throws.
template <typename MakeFused, typename MakeOpenCv, typename Difference>
auto ChooseEngine(EngineChoice choice, const MakeFused& make_fused, const MakeOpenCv& make_opencv,
                  const Difference& difference) -> ChosenEngine<decltype(make_opencv())> {
  if (choice == EngineChoice::kFused) return {make_fused(), {"fused", "asked for"}};
  auto reference = make_opencv();
  if (choice == EngineChoice::kOpenCv) return {std::move(reference), {"opencv", "asked for"}};
  try {
    auto fused = make_fused();
    const std::string found = difference(fused, reference);
    if (found.empty()) return {std::move(fused), {"fused", "its answers equal OpenCV's on a trial input"}};
    return {std::move(reference), {"opencv", "the fused kernels failed their trial: " + found}};
  } catch (const Error& error) {
    return {std::move(reference), {"opencv", error.what()}};
  }
}

}  // namespace faces
