#pragma once

#include "qemu/words.hpp"

#include <string>
#include <vector>

namespace vdeup::qemu {

/// The VM's name: of `-name`, else of the first hard disk, else of the first disk that can be taken out, as
/// people call their VMs; else empty.
[[nodiscard]] std::string find_vm_name(const std::vector<std::string>& args, const std::vector<Word>& words);

/// The machine that `-M` or `-machine` names last; else empty.
[[nodiscard]] std::string find_machine(const std::vector<std::string>& args, const std::vector<Word>& words);

/// True if the VM goes on as another process, whose parent ends at once (`-daemonize`).
[[nodiscard]] bool goes_to_background(const std::vector<Word>& words);

} // namespace vdeup::qemu
