#include "redact_frame_job.h"

#include "render/redact_frame.h"

namespace faces::addon {

void RedactFrameJob::Work() { render::RedactFrame(frame_.data, frame_.size, frame_.boxes, frame_.options, cancel_); }

Napi::Value RedactFrame(const Napi::CallbackInfo& info) {
  FrameToRedact frame = ReadFrameToRedact(info[0]);
  return Start(std::make_unique<RedactFrameJob>(info.Env(), std::move(frame)));
}

}  // namespace faces::addon
