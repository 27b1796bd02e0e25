#pragma once

#include "base/result.hpp"
#include "model/link.hpp"
#include "model/step.hpp"
#include "model/vm_tap.hpp"

namespace vdeup::kernel {

/// Further checks of steps, for a process that executes them for others. Here all of them pass.
///
/// `check` is called before anything is changed, with the devices found under the names in the step. The step
/// then changes these devices by index, so a device that takes a name later is not touched.
/// `check_created` is called with the new device present and marked; if it fails, the device is deleted.
class StepChecks {
 public:
  StepChecks() = default;
  StepChecks(const StepChecks&) = delete;
  StepChecks& operator=(const StepChecks&) = delete;
  virtual ~StepChecks() = default;

  [[nodiscard]] virtual Result<> check(const CreateBridge& /*step*/) { return ok(); }
  [[nodiscard]] virtual Result<> check(const MarkBridge& /*step*/, const Link& /*bridge*/) { return ok(); }
  [[nodiscard]] virtual Result<> check(const DeleteBridge& /*step*/, const Link& /*bridge*/) { return ok(); }
  [[nodiscard]] virtual Result<> check(const CreateTap& /*step*/) { return ok(); }
  [[nodiscard]] virtual Result<> check(const DeleteTap& /*step*/, const Link& /*tap*/) { return ok(); }
  [[nodiscard]] virtual Result<> check(const SetUp& /*step*/, const Link& /*device*/) { return ok(); }
  [[nodiscard]] virtual Result<> check(const SetDown& /*step*/, const Link& /*device*/) { return ok(); }
  /// Without a bridge the port leaves the one that it is in.
  [[nodiscard]] virtual Result<> check(const SetBridge& /*step*/, const Link& /*port*/,
                                       const Link* /*bridge*/) {
    return ok();
  }
  [[nodiscard]] virtual Result<> check(const NicStep& /*step*/) { return ok(); }
  [[nodiscard]] virtual Result<> check(const VmTapPlan& /*plan*/, const Link& /*bridge*/) { return ok(); }

  [[nodiscard]] virtual Result<> check_created(const CreateBridge& /*step*/) { return ok(); }
  [[nodiscard]] virtual Result<> check_created(const CreateTap& /*step*/) { return ok(); }
  [[nodiscard]] virtual Result<> check_created(const VmTapPlan& /*plan*/) { return ok(); }
};

} // namespace vdeup::kernel
