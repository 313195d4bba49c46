// Registration only: what the .node file exports. The one user of these exports is src/native.ts.
#include <napi.h>

#include <opencv2/core/version.hpp>

#include "detector_wrap.h"
#include "probe.h"

namespace faces::addon {
namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  DetectorWrap::Define(env);
  exports.Set("load", Napi::Function::New(env, DetectorWrap::Load, "load"));
  exports.Set("probe", Napi::Function::New(env, Probe, "probe"));
  exports.Set("opencvVersion", CV_VERSION);
  return exports;
}

}  // namespace

NODE_API_MODULE(opencv_face_detector, Init)

}  // namespace faces::addon
