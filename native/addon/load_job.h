#pragma once

#include <memory>
#include <string>
#include <utility>

#include "detector_wrap.h"
#include "promise_job.h"

namespace faces::addon {

/// Creates a Detector from its weights.
class LoadJob : public PromiseJob {
 public:
  LoadJob(Napi::Env env, std::string model, ModelFiles files, EngineChoice engine, int threads)
      : PromiseJob(env), model_(std::move(model)), files_(std::move(files)), engine_(engine), threads_(threads) {}

 private:
  void Work() override { detector_ = std::make_shared<Detector>(model_, std::move(files_), engine_, threads_); }
  Napi::Value Result(Napi::Env env) override { return DetectorWrap::Make(env, detector_); }

  const std::string model_;
  ModelFiles files_;
  const EngineChoice engine_;
  const int threads_;
  std::shared_ptr<Detector> detector_;
};

}  // namespace faces::addon
