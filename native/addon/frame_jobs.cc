#include "frame_jobs.h"

#include "render/redact_frame.h"

namespace faces::addon {

void RedactFrameJob::Work() { render::RedactFrame(frame_.data, frame_.size, frame_.boxes, frame_.options, cancel_); }

void ConvertFrameJob::Work() { faces::FrameToBgr(frame_.data, frame_.size, frame_.matrix, frame_.bgr); }

Napi::Value RedactFrame(const Napi::CallbackInfo& info) {
  FrameToRedact frame = ReadFrameToRedact(info[0]);
  return Start(std::make_unique<RedactFrameJob>(info.Env(), std::move(frame)));
}

Napi::Value FrameToBgr(const Napi::CallbackInfo& info) {
  FrameToConvert frame = ReadFrameToConvert(info[0]);
  return Start(std::make_unique<ConvertFrameJob>(info.Env(), std::move(frame)));
}

}  // namespace faces::addon
