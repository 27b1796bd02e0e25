#include "network/manager_marks.hpp"

#include "managers/handover.hpp"
#include "managers/host_managers.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace vdeup::network {
namespace {

/// The devices that steps of one kind are about.
template <class WantedStep>
void add_names(const PlannedStep& planned, std::vector<IfName>& names) {
  const auto* link = std::get_if<LinkStep>(&planned.step);
  if (const auto* step = link == nullptr ? nullptr : std::get_if<WantedStep>(link))
    names.push_back(step->name);
}

std::vector<ManagerStep> marks_of(const std::vector<IfName>& devices, const Log& log) {
  if (devices.empty() || ::geteuid() != 0)
    return {};
  managers::HostManagers host_managers;
  auto running = host_managers.running();
  auto marks =
      running ? managers::unmanage_steps(running.value(), devices) : fail(std::move(running).error());
  if (marks)
    return std::move(marks).value();
  log.info(marks.error().message());
  return {};
}

} // namespace

std::vector<ManagerStep> mark_new_devices(const Plan& plan, const Log& log) {
  std::vector<IfName> devices;
  for (const PlannedStep& planned : plan) {
    add_names<CreateBridge>(planned, devices);
    add_names<CreateTap>(planned, devices);
  }
  const auto marks = marks_of(devices, log);
  tell_managers(marks, log);
  return inverse(marks);
}

void unmark_deleted_devices(const Plan& plan, const Log& log) {
  std::vector<IfName> devices;
  for (const PlannedStep& planned : plan) {
    add_names<DeleteBridge>(planned, devices);
    add_names<DeleteTap>(planned, devices);
  }
  tell_managers(inverse(marks_of(devices, log)), log);
}

void tell_managers(const std::vector<ManagerStep>& steps, const Log& log) {
  managers::HostManagers host_managers;
  for (const ManagerStep& step : steps)
    if (const auto told = host_managers.execute(step); !told)
      log.info(told.error().message());
}

} // namespace vdeup::network
