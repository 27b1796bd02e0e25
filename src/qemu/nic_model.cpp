#include "base/text.hpp"
#include "qemu/line.hpp"

#include <algorithm>
#include <array>

namespace vdeup::qemu {
namespace {

/// The architecture that a QEMU emulates, from its name; `kvm` and `qemu` are taken for a PC's.
std::string_view architecture_of(std::string_view program) {
  constexpr std::string_view prefix = "qemu-system-";
  if (!program.starts_with(prefix))
    return "x86_64";
  program.remove_prefix(prefix.size());
  return program.substr(0, program.find('-')); // qemu-system-x86_64-microvm
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What a machine is by default where the line names none.
std::string_view machine_of(std::string_view program, std::string_view architecture, std::string_view named) {
  if (!named.empty())
    return named;
  if (program.ends_with("-microvm"))
    return "microvm";
  if (architecture == "x86_64" || architecture == "i386")
    return "pc";
  if (architecture == "ppc64")
    return "pseries";
  if (architecture == "s390x")
    return "s390-ccw-virtio";
  if (architecture == "nios2")
    return "10m50-ghrd";
  if (architecture == "xtensa" || architecture == "xtensaeb")
    return "sim";
  return architecture == "loongarch64" ? "virt" : std::string_view{};
}

/// Boards on which QEMU makes nothing of `-net nic`, and that have no bus for a NIC of ours. Found out with
/// QEMU 7.2 by asking each machine, and from the sources of those that do not start without firmware or are
/// newer.
constexpr std::string_view k_boards_without_nic =
    " 10m50-ghrd 2009 akita arduino-duemilanove arduino-mega arduino-mega-2560-v3 arduino-uno ast1030-evb"
    " b-l475e-iot01a borzoi canon-a1100 cheetah collie fby35 gdbsim-r5f562n7 gdbsim-r5f562n8"
    " KIT_AURIX_TC277_TRB lm3s811evb mega mega2560 microbit musca-a musca-b1 n800 n810 netduino2"
    " netduinoplus2 next-cube nios2-generic-nommu nuri olimex-stm32-h405 opentitan shakti_c shix sifive_e"
    " sim spike spitz stm32vldiscovery sx1 sx1-v1 terrier tosa tricore_testboard uno xlnx-zynqmp-pmu z2 ";

/// Those whose board `virt` makes nothing of `-net nic`.
constexpr std::array<std::string_view, 4> k_virt_without_nic{"m68k", "or1k", "riscv32", "riscv64"};

/// Found out with QEMU 7.2 by asking each machine: `-net nic` that comes to nothing is only warned of.
NicModel model_of(std::string_view architecture, std::string_view machine) {
  const auto is_family = [machine](std::string_view name) { return machine.starts_with(name); };
  const bool is_pc = architecture == "x86_64" || architecture == "i386";
  if (is_family("microvm"))
    return {"virtio-net-device", true};
  if (is_pc)
    return is_family("pc") || is_family("q35") ? NicModel{"virtio"} : NicModel{}; // not isapc, not Xen's
  if (is_family("virt"))                                                          // virt, virt-7.2
    return is_one_of(architecture, k_virt_without_nic) ? NicModel{"virtio-net-device", true}
                                                       : NicModel{"virtio"};
  if (is_family("pseries") || is_family("s390-ccw-virtio"))
    return {"virtio"};
  if (is_family("powernv"))
    return {"virtio-net-pci", true};
  if (is_family("raspi"))
    return {"usb-net", true};
  return {};
}

bool has(const Capabilities& capabilities, const NicModel& model) {
  if (model.name == "virtio")
    return capabilities.has_model("virtio-net-pci") || capabilities.has_model("virtio-net-ccw");
  return capabilities.has_model(model.name);
}

} // namespace

bool has_board_without_nic(std::string_view program_basename, const Line& line) {
  const std::string_view machine =
      machine_of(program_basename, architecture_of(program_basename), line.machine);
  const auto boards = words_of(k_boards_without_nic);
  return std::find(boards.begin(), boards.end(), machine) != boards.end();
}

NicModel choose_model(std::string_view program_basename, const Line& line, const Capabilities& capabilities,
                      const std::string& wanted) {
  const std::string_view architecture = architecture_of(program_basename);
  const NicModel model = model_of(architecture, machine_of(program_basename, architecture, line.machine));
  if (!wanted.empty())
    return {wanted, model.is_device || wanted.ends_with("-device") || wanted == "usb-net"};
  return model.name.empty() || has(capabilities, model) ? model : NicModel{};
}

} // namespace vdeup::qemu
