#pragma once

#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// List the settings of an interface that can be written, of all groups that this kernel has.
[[nodiscard]] Result<std::vector<Setting>> list_settings(const IfName& interface);

/// Write those settings that differ, in this order. If one fails, those before it are taken back.
[[nodiscard]] Result<> apply_settings(Netlink& netlink, const Device& device,
                                      const std::vector<Setting>& settings);

} // namespace vdeup::kernel
