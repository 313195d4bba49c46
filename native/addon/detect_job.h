#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "arguments.h"
#include "promise_job.h"

namespace faces::addon {

/// One detection.
class DetectJob : public PromiseJob {
 public:
  using Image = std::variant<std::vector<uint8_t>, PinnedImage>;  ///< encoded bytes of its own, or borrowed pixels

  DetectJob(Napi::Env env, std::shared_ptr<Detector> detector, Image image, const Options& options,
            std::shared_ptr<CancelFlag> cancel);

 private:
  void Work() override;
  Napi::Value Result(Napi::Env env) override;

  const std::shared_ptr<Detector> detector_;
  const Image image_;
  const Options options_;
  const std::shared_ptr<CancelFlag> cancel_;
  Detection detection_;
};

}  // namespace faces::addon
