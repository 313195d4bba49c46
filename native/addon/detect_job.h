#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "arguments.h"
#include "promise_job.h"

namespace faces::addon {

/// One detection, with pictures if `render` is set.
class DetectJob : public PromiseJob {
 public:
  using Image = std::variant<std::vector<uint8_t>, PinnedImage>;  ///< copied encoded bytes, or borrowed pixels

  DetectJob(Napi::Env env, std::shared_ptr<Detector> detector, Image image, const Options& options,
            const std::optional<RenderOptions>& render, std::shared_ptr<CancelFlag> cancel);

 private:
  void Work() override;
  void CancelWork() override { cancel_->Cancel(); }
  Napi::Value Result(Napi::Env env) override;

  const std::shared_ptr<Detector> detector_;
  const Image image_;
  const Options options_;
  const std::optional<RenderOptions> render_;
  const std::shared_ptr<CancelFlag> cancel_;
  Rendered result_;
};

}  // namespace faces::addon
