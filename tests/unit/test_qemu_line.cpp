#include "qemu/line.hpp"
#include "qemu/options.hpp"

#include <catch2/catch.hpp>

using namespace vdeup;
using namespace vdeup::qemu;

using Words = std::vector<std::string>;

namespace {

const std::string k_mac = "52:54:00:00:00:01";

/// Rewrite a line as if its NICs had got the descriptors 10, 12, … and, where they have none, our address.
Words rewritten(const Words& args, Backend backend = Backend::dgram_fd) {
  const auto line = analyse(args);
  INFO((line ? std::string{} : line.error().message()));
  REQUIRE(line);
  std::vector<Connected> connected;
  for (const VdeNic& nic : line.value().nics)
    connected.push_back(
        {10 + 2 * static_cast<int>(connected.size()), nic.mac.value_or(MacAddress::parse(k_mac).value())});
  return rewrite(line.value(), connected, backend, "virtio");
}

} // namespace

TEST_CASE("options: doubled commas belong to the value", "[qemu]") {
  auto value = OptionValue::parse("vde,sock=/a,,b,id=n0");
  CHECK(value.first() == "vde");
  CHECK(value.get("sock") == "/a,b");
  CHECK(value.get("id") == "n0");
  CHECK_FALSE(value.get("so"));
  value.set("sock", "/c,d");
  CHECK(value.str() == "vde,sock=/c,,d,id=n0");
  value.remove("id");
  CHECK(value.str() == "vde,sock=/c,,d");
}

TEST_CASE("options: what is not touched is printed as it was", "[qemu]") {
  const auto* text =
      GENERATE("", ",", "a", "a,b=c,,d,,,e=f", "file=/x,,y.img,if=none", "=x", "a,,", "{\"driver\":\"x\"}");
  CHECK(OptionValue::parse(text).str() == text);
}

TEST_CASE("line: one that names no network gets one NIC", "[qemu]") {
  CHECK(rewritten({"-m", "512", "-hda", "disk.qcow2"}) ==
        Words{"-netdev", "dgram,id=vdeup0,local.type=fd,local.str=10", "-net",
              "nic,netdev=vdeup0,model=virtio,macaddr=" + k_mac, "-m", "512", "-hda", "disk.qcow2"});
}

TEST_CASE("line: -net nic and -net vde are paired", "[qemu]") {
  CHECK(rewritten({"-net", "nic,model=e1000,vlan=0", "-net", "vde,vlan=0,sock=/s", "-m", "64"}) ==
        Words{"-net", "nic,model=e1000,netdev=vdeup0,macaddr=" + k_mac, "-netdev",
              "dgram,id=vdeup0,local.type=fd,local.str=10", "-m", "64"});
  CHECK(rewritten({"-net", "vde"}) == Words{"-netdev", "dgram,id=vdeup0,local.type=fd,local.str=10", "-net",
                                            "nic,netdev=vdeup0,macaddr=" + k_mac});
  CHECK(rewritten({"-net", "nic,macaddr=52:54:00:aa:bb:cc"}) ==
        Words{"-netdev", "dgram,id=vdeup0,local.type=fd,local.str=10", "-net",
              "nic,macaddr=52:54:00:aa:bb:cc,netdev=vdeup0"});
}

TEST_CASE("line: -netdev vde keeps its id and its device", "[qemu]") {
  CHECK(rewritten({"-netdev", "vde,id=n0,sock=/s", "-device", "e1000,netdev=n0"}, Backend::socket_fd) ==
        Words{"-netdev", "socket,id=n0,fd=10", "-device", "e1000,netdev=n0,mac=" + k_mac});
  CHECK(rewritten({"--netdev", "vde,id=n0", "--device", "e1000,netdev=n0,mac=52:54:00:aa:bb:cc"}) ==
        Words{"--netdev", "dgram,id=n0,local.type=fd,local.str=10", "--device",
              "e1000,netdev=n0,mac=52:54:00:aa:bb:cc"});
}

TEST_CASE("line: type= says the same as the first word", "[qemu]") {
  CHECK(rewritten({"-netdev", "id=n0,type=vde", "-device", "e1000,netdev=n0,mac=52:54:00:aa:bb:cc"}) ==
        Words{"-netdev", "dgram,id=n0,local.type=fd,local.str=10", "-device",
              "e1000,netdev=n0,mac=52:54:00:aa:bb:cc"});
  CHECK(rewritten({"-nic", "type=vde,mac=52:54:00:aa:bb:cc"}) ==
        Words{"-netdev", "dgram,id=vdeup0,local.type=fd,local.str=10", "-net",
              "nic,netdev=vdeup0,macaddr=52:54:00:aa:bb:cc"});
}

TEST_CASE("line: an id of ours is never one of the line's", "[qemu]") {
  const auto words = rewritten(
      {"-net", "nic", "-net", "vde", "-netdev", "user,id=vdeup0", "-device", "e1000,netdev=vdeup0"});
  CHECK(words.at(3) == "dgram,id=vdeup0x,local.type=fd,local.str=10");
}

TEST_CASE("line: a NIC that is added fits the machine", "[qemu]") {
  const auto model = [](const Words& args, const char* program = "qemu-system-x86_64") {
    return default_model(program, analyse(args).value());
  };
  CHECK(model({}) == "virtio");
  CHECK(model({"-M", "q35"}) == "virtio");
  CHECK(model({"-machine", "accel=tcg"}) == "virtio");
  CHECK(model({"-machine", "type=pc-i440fx-7.2,accel=tcg"}) == "virtio");
  CHECK(model({"-M", "isapc"}).empty());
  CHECK(model({"-M", "microvm"}) == "virtio-net-device");
  CHECK(model({}, "qemu-system-arm").empty());
}

TEST_CASE("line: -nic vde is taken apart", "[qemu]") {
  CHECK(rewritten({"-nic", "vde,model=virtio-net-pci,mac=52:54:00:aa:bb:cc,sock=/s"}) ==
        Words{"-netdev", "dgram,id=vdeup0,local.type=fd,local.str=10", "-net",
              "nic,netdev=vdeup0,model=virtio-net-pci,macaddr=52:54:00:aa:bb:cc"});
}

TEST_CASE("line: two NICs get two connections", "[qemu]") {
  CHECK(rewritten({"-nic", "vde,model=virtio", "-nic", "vde"}) ==
        Words{"-netdev", "dgram,id=vdeup0,local.type=fd,local.str=10", "-net",
              "nic,netdev=vdeup0,model=virtio,macaddr=" + k_mac, "-netdev",
              "dgram,id=vdeup1,local.type=fd,local.str=12", "-net", "nic,netdev=vdeup1,macaddr=" + k_mac});
}

TEST_CASE("line: other networks are passed through untouched", "[qemu]") {
  const auto args =
      GENERATE(Words{"-nic", "user"}, Words{"-net", "nic", "-net", "user"}, Words{"-nic", "none"},
               Words{"-net", "none"}, Words{"-netdev", "vde,id=n,sock=slirp://", "-device", "x,netdev=n"},
               Words{"-version"}, Words{"--help"}, Words{"-machine", "help"}, Words{"-device", "help"},
               Words{"-M", "none"});
  CAPTURE(args);
  CHECK(rewritten(args) == args);
}

TEST_CASE("line: a device in JSON form keeps the address that it has", "[qemu]") {
  const std::string device = R"({"driver":"e1000","netdev":"n0","mac":"52:54:00:aa:bb:cc"})";
  CHECK(rewritten({"-netdev", "vde,id=n0", "-device", device}) ==
        Words{"-netdev", "dgram,id=n0,local.type=fd,local.str=10", "-device", device});
  CHECK(rewritten({"-append", "help", "-name", "help"}).size() == 8); // text is no question
}

TEST_CASE("line: text that looks like an option is text", "[qemu]") {
  const auto words = rewritten({"-append", "-nic", "-m", "64"});
  CHECK(words.size() == 8); // a NIC was added: `-nic` is the kernel's command line
}

TEST_CASE("line: what has no meaning is refused by name", "[qemu]") {
  const auto args = GENERATE(
      Words{"-net", "vde", "-net", "vde"}, Words{"-net", "nic", "-net", "nic", "-net", "vde"},
      Words{"-net", "vde", "-net", "user"}, Words{"-netdev", "vde,sock=/s"},
      Words{"-netdev", "vde,id=n,colour=red"}, Words{"-nic", "vde,port=x"}, Words{"-nic", "vde,mac=nonsense"},
      Words{"-nic", "vde,mac=01:00:5e:00:00:01"}, Words{"-netdev", R"({"type": "vde", "id": "n"})"},
      Words{"-netdev", "vde,id=n", "-device", R"({"driver":"e1000","netdev":"n"})"},
      Words{"-net", "nic,macaddr=1", "-net", "vde"});
  CAPTURE(args);
  const auto line = analyse(args);
  REQUIRE_FALSE(line);
  CHECK(line.error().kind == ErrorKind::usage);
}

TEST_CASE("line: the VM is called by -name, else by its disk", "[qemu]") {
  CHECK(analyse({"-name", "web"}).value().vm_name == "web");
  CHECK(analyse({"-hda", "/x/disk.img", "-name", "guest=web,process=q"}).value().vm_name == "web");
  CHECK(analyse({"-hda", "/images/web.qcow2"}).value().vm_name == "web");
  CHECK(analyse({"-drive", "file=/images/db.raw,if=virtio"}).value().vm_name == "db");
  CHECK(analyse({"disk.qcow2"}).value().vm_name == "disk");
  CHECK(analyse({"-m", "512", "/images/vm1.qcow2"}).value().vm_name == "vm1");
  CHECK(analyse({"-nographic", "vm1.qcow2"}).value().vm_name == "vm1");
  CHECK(analyse({"-m", "512"}).value().vm_name.empty());
  CHECK(analyse({"-m", "64"}).value().vm_name.empty());
}
