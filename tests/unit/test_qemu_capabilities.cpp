#include "qemu/capabilities.hpp"
#include "support/catch.hpp"

using namespace vdeup::qemu;

namespace {

constexpr std::string_view k_netdevs = "Available netdev backend types:\nsocket\nstream\ndgram\nvde\n";
constexpr std::string_view k_devices = R"(Storage devices:
name "nvme", bus PCI

Network devices:
name "e1000", bus PCI, alias "e1000-82540em", desc "Intel Gigabit Ethernet"
name "virtio-net-pci", bus PCI, alias "virtio-net"

Input devices:
name "ccid-card-emulated", bus ccid-bus
)";
constexpr std::string_view k_version =
    "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)\nCopyright (c) …\n";

} // namespace

TEST_CASE("capabilities: a QEMU says what it can do", "[qemu]") {
  const auto found = read_capabilities({k_netdevs, k_devices, k_version});
  CHECK(found.has_dgram);
  CHECK(found.has_socket);
  CHECK(found.has_vde);
  CHECK(found.version == Version{7, 2});
  CHECK(found.nic_models ==
        std::vector<std::string>{"e1000", "e1000-82540em", "virtio-net-pci", "virtio-net"});
}

TEST_CASE("capabilities: line ends of other systems are line ends", "[qemu]") {
  CHECK(read_capabilities({"socket\r\ndgram\r\n", {}, {}}).has_dgram);
}

TEST_CASE("capabilities: a descriptor is better than QEMU's own connection", "[qemu]") {
  const auto best = [](std::string_view netdevs) {
    return read_capabilities({netdevs, {}, {}}).best_backend();
  };
  CHECK(best("user\ndgram\nsocket\nvde\n") == Backend::dgram_fd);
  CHECK(best("user\nsocket\nvde\n") == Backend::socket_fd);
  CHECK(best("user\nvde\n") == Backend::vde);
  CHECK(best("") == Backend::socket_fd); // a QEMU that knows no such question
  CHECK(Capabilities{}.best_backend() == Backend::socket_fd);
}

TEST_CASE("capabilities: what is no version is not known", "[qemu]") {
  const auto version = [](std::string_view text) { return read_capabilities({{}, {}, text}).version; };
  CHECK(version("QEMU PC emulator version 0.12.5 (qemu-kvm-0.12.5), Copyright (c) 2003-2008\n") ==
        Version{0, 12});
  CHECK(version("QEMU emulator version 10.0.2\n") == Version{10, 0});
  for (const auto* const text :
       {"", "version", "version ", "version x.y", "version 7", "version 7.", "version 99999999999.1"})
    CHECK_FALSE(version(text).is_known());
}

TEST_CASE("capabilities: only what is called like a QEMU is asked", "[qemu]") {
  CHECK(is_qemu_name("qemu-system-aarch64"));
  CHECK(is_qemu_name("kvm"));
  CHECK_FALSE(is_qemu_name("qemu-img"));
  CHECK_FALSE(is_qemu_name("launch-vm"));
}
