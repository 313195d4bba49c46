#include "running_jobs.h"

#include "promise_job.h"

namespace faces::addon {

void RunningJobs::Add(PromiseJob* job) {
  jobs_.insert(job);
  if (watch_) watch_->SetActive(true);
}

void RunningJobs::Remove(PromiseJob* job) {
  jobs_.erase(job);
  if (watch_ && jobs_.empty()) watch_->SetActive(false);
}

void RunningJobs::CancelAtTeardown(Napi::Env env) {
  if (watch_) return;
  watch_ = std::make_unique<TeardownWatch>(env, [this] {
    for (PromiseJob* job : jobs_) job->CancelForGood();
  });
  watch_->SetActive(!jobs_.empty());
}

}  // namespace faces::addon
