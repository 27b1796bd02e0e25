#include "launch/nic_addresses.hpp"

#include "base/text.hpp"
#include "model/vm_tap.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::launch {

void NicAddresses::add(const Switch& vde_switch) {
  for (const std::string& text : vde_switch.clients()) {
    const ClientText client = read_client_text(text);
    if (client.mac)
      m_taken.push_back(
          {*client.mac, client.pid ? fmt::format("{} (process {})", client.name, *client.pid) : client.name});
  }
}

void NicAddresses::add(const std::vector<Link>& links) {
  for (const Link& link : links)
    if (const auto mark = VmTapMark::parse(link.alias))
      m_taken.push_back({mark->mac, fmt::format("{} (at {})", mark->vm_name, link.name)});
}

const NicAddresses::Taken* NicAddresses::find(const MacAddress& mac) const {
  const auto found =
      std::find_if(m_taken.begin(), m_taken.end(), [&mac](const Taken& taken) { return taken.mac == mac; });
  return found == m_taken.end() ? nullptr : &*found;
}

Result<MacAddress> NicAddresses::choose(const qemu::Line& line, std::size_t nic) {
  if (const auto& given = line.nics[nic].mac) {
    if (const Taken* taken = find(*given); taken != nullptr)
      return fail(Error{ErrorKind::refused, "cannot attach the VM",
                        fmt::format("VM {} has the address {} already", printable(taken->who), given->str()),
                        "give this NIC another address, or none: then it gets one of its own"});
    m_taken.push_back({*given, line.vm_name});
    return *given;
  }
  for (unsigned attempt = 0;; ++attempt) {
    const MacAddress mac = vm_address(m_seed, m_owner, line.vm_name, static_cast<unsigned>(nic), attempt);
    if (find(mac) != nullptr)
      continue;
    m_taken.push_back({mac, line.vm_name});
    return mac;
  }
}

} // namespace vdeup::launch
