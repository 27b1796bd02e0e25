#include "managers/networkd.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace vdeup::managers {
namespace {

constexpr std::chrono::seconds k_leave_patience{5};

} // namespace

// org.freedesktop.network1(5)
Networkd::Networkd(Bus& bus, std::string unique_name)
    : m_bus(bus),
      m_manager{std::move(unique_name), "/org/freedesktop/network1", "org.freedesktop.network1.Manager"} {}

// networkctl reload
Result<> Networkd::reload() {
  auto done = m_bus.call(m_manager, "Reload");
  if (!done)
    return fail(Error{done.error().kind(), "cannot have systemd-networkd read its files",
                      done.error().message(), "`networkctl reload` does the same"});
  return ok();
}

Result<> Networkd::wait_until_it_leaves(const std::vector<IfName>& devices) {
  for (const IfName& device : devices) {
    auto path = m_bus.find_numbered_object(m_manager, "GetLinkByName", device.str());
    if (!path && path.error().kind() == ErrorKind::missing)
      continue;
    TRY(auto found, std::move(path));
    const BusObject link = m_manager.at(std::move(found)).as("org.freedesktop.network1.Link");
    const auto has_left = [this, &link]() -> Result<bool> {
      TRY(auto state, m_bus.text(link, "AdministrativeState"));
      return state == "unmanaged";
    };
    if (auto left = m_bus.wait_until(link, has_left, k_leave_patience); !left)
      return fail(Error{left.error().kind(),
                        fmt::format("systemd-networkd does not leave {} alone", device.str()),
                        left.error().message(), fmt::format("look at `networkctl status {}`", device.str())});
  }
  return ok();
}

} // namespace vdeup::managers
