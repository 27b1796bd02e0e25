#include "qemu/json_object.hpp"
#include "qemu/line.hpp"
#include "qemu/options.hpp"
#include "support/catch.hpp"

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
  return rewrite(line.value(), connected, backend, NicModel{"virtio"});
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
                                            "nic,netdev=vdeup0,model=virtio,macaddr=" + k_mac});
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
    return choose_model(program, analyse(args).value(), {});
  };
  const NicModel none;
  const NicModel virtio{"virtio"};
  const NicModel virtio_mmio{"virtio-net-device", true};
  CHECK(model({}) == virtio);
  CHECK(model({"-M", "q35"}) == virtio);
  CHECK(model({"-machine", "accel=tcg"}) == virtio);
  CHECK(model({"-machine", "type=pc-i440fx-7.2,accel=tcg"}) == virtio);
  CHECK(model({"-M", "isapc"}) == none);
  CHECK(model({"-M", "microvm"}) == virtio_mmio);
  CHECK(model({}, "qemu-system-x86_64-microvm") == virtio_mmio);
  CHECK(model({}, "kvm") == virtio);
  CHECK(model({}, "qemu-system-arm") == none);
  CHECK(model({"-M", "versatilepb"}, "qemu-system-arm") == none);
  CHECK(model({"-M", "raspi3b"}, "qemu-system-aarch64") == NicModel{"usb-net", true});
  CHECK(model({"-M", "virt-7.2"}, "qemu-system-aarch64") == virtio);
  CHECK(model({"-M", "virt"}, "qemu-system-riscv64") == virtio_mmio);
  CHECK(model({}, "qemu-system-riscv64") == none); // spike, which has no NIC at all
  CHECK(model({}, "qemu-system-s390x") == virtio);
  CHECK(model({}, "qemu-system-ppc64") == virtio);
  CHECK(model({"-M", "powernv9"}, "qemu-system-ppc64") == NicModel{"virtio-net-pci", true});
  CHECK(model({}, "qemu-system-sparc") == none);
}

TEST_CASE("line: a QEMU built without virtio gets the machine's own NIC", "[qemu]") {
  const Line line = analyse({}).value();
  CHECK(choose_model("qemu-system-x86_64", line, {.nic_models = {"e1000"}}) == NicModel{});
  CHECK(choose_model("qemu-system-x86_64", line, {.nic_models = {"e1000", "virtio-net-pci"}}) ==
        NicModel{"virtio"});
}

TEST_CASE("line: the user's model wins, and is plugged as the machine needs it", "[qemu]") {
  const auto model = [](const Words& args, const char* program, const char* wanted) {
    return choose_model(program, analyse(args).value(), {}, wanted);
  };
  CHECK(model({}, "qemu-system-x86_64", "e1000") == NicModel{"e1000"});
  CHECK(model({"-M", "virt"}, "qemu-system-riscv64", "e1000") == NicModel{"e1000", true});
  CHECK(model({"-M", "virt"}, "qemu-system-aarch64", "virtio-net-device") ==
        NicModel{"virtio-net-device", true});
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
}

TEST_CASE("line: a network in JSON form is found, and its device gets an address", "[qemu]") {
  const std::string netdev = R"({"id":"n0","type":"vde","sock":"/a,b","port":3,"mode":448})";
  CHECK(rewritten({"-netdev", netdev, "-device", R"({ "driver": "e1000", "netdev": "n0" } )"}) ==
        Words{"-netdev", "dgram,id=n0,local.type=fd,local.str=10", "-device",
              R"({ "driver": "e1000", "netdev": "n0" ,"mac":")" + k_mac + R"("} )"});
  const auto line = analyse({"-netdev", netdev});
  CHECK(line.value().nics.at(0).socket == "/a,b");
  CHECK(line.value().nics.at(0).port == 3U);
  CHECK(line.value().nics.at(0).mode == 0700U);
}

TEST_CASE("line: a value that looks like an option is not misread", "[qemu]") {
  CHECK(rewritten({"-append", "help", "-name", "help"}).size() == 8); // text is no question
  CHECK(rewritten({"-fw_cfg", "-nic", "-qmp", "-net", "-smbios", "-version"}).size() == 10);
  CHECK(rewritten({"-S", "-nic", "none"}) == Words{"-S", "-nic", "none"});
}

TEST_CASE("line: vdeq's sockets are for one NIC each", "[qemu]") {
  const auto line = analyse({"-sock", "/a,/b", "--mod", "0770", "-m", "64"});
  REQUIRE(line);
  REQUIRE(line.value().nics.size() == 2);
  CHECK(line.value().nics[0].socket == "/a");
  CHECK(line.value().nics[1].socket == "/b");
  CHECK(line.value().nics[1].mode == 0770U);
  CHECK(line.value().args == Words{"-m", "64"});
  const auto paired = analyse({"-net", "nic", "-net", "nic", "-unix", "/a"});
  REQUIRE(paired);
  REQUIRE(paired.value().nics.size() == 2);
  CHECK(paired.value().nics[0].socket == "/a");
  CHECK(paired.value().nics[1].socket == "/a");
}

TEST_CASE("line: a NIC that shares a connection needs an address only", "[qemu]") {
  const auto line = analyse({"-net", "nic", "-net", "nic", "-net", "vde,sock=/a"});
  REQUIRE(line);
  REQUIRE(line.value().nics.size() == 2);
  CHECK(line.value().nics[1].socket == "/a"); // its address is to be free there
  CHECK(line.value().nics[0].has_connection());
  CHECK_FALSE(line.value().nics[1].has_connection());
}

TEST_CASE("line: a QEMU that can only connect itself is told where to", "[qemu]") {
  const auto line = analyse({"-net", "nic", "-net", "vde,sock=/a,port=3,group=kvm,mode=770"});
  REQUIRE(line);
  const auto words =
      rewrite(line.value(), {{.mac = MacAddress::parse(k_mac).value(), .socket = "/x,y"}}, Backend::vde, {});
  CHECK(words == Words{"-net", "nic,netdev=vdeup0,macaddr=" + k_mac, "-netdev",
                       "vde,id=vdeup0,sock=/x,,y,port=3,group=kvm,mode=0770"});
}

TEST_CASE("line: text that looks like an option is text", "[qemu]") {
  const auto words = rewritten({"-append", "-nic", "-m", "64"});
  CHECK(words.size() == 8); // a NIC was added: `-nic` is the kernel's command line
}

TEST_CASE("line: what has no meaning is refused by name", "[qemu]") {
  const auto args = GENERATE(
      Words{"-net", "vde", "-net", "vde"}, Words{"-net", "nic", "-net", "vde,vlan=1"},
      Words{"-net", "nic", "-net", "vde", "-net", "vde"}, Words{"-net", "nic", "-net", "vde,port=-1"},
      Words{"-net", "vde", "-net", "user"}, Words{"-netdev", "vde,sock=/s"},
      Words{"-netdev", "vde,id=n,colour=red"}, Words{"-nic", "vde,port=x"}, Words{"-nic", "vde,mac=nonsense"},
      Words{"-nic", "vde,mac=01:00:5e:00:00:01"}, Words{"-netdev", R"({"type": "vde"})"},
      Words{"-netdev", R"({"type": "vde", "id": "n")"}, Words{"-device", "{}}"}, Words{"-device", "{"},
      Words{"-netdev", R"({"type": "vde", "id": "n", "colour": 1})"}, Words{"-sock"},
      Words{"-sock", "/a", "-net", "nic", "-net", "vde"}, Words{"-sock", "/a", "--mod", "9"},
      Words{"-net", "nic,macaddr=1", "-net", "vde"});
  CAPTURE(args);
  const auto line = analyse(args);
  REQUIRE_FALSE(line);
  CHECK(line.error().kind() == ErrorKind::usage);
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

TEST_CASE("options: what is set is read back, whatever it is, behind whatever was written", "[qemu]") {
  const std::vector<std::string> hostile{"a,b", "a,,b",  ",",    ",,", "a=b", "",
                                         " ",   "a\\,b", "help", "\"", "é"};
  for (const char* written : {"nic", "nic,", "nic,macaddr=1,", "", "nic,a=1,,2", "nic,a=1,,", "nic,a=1,,,"})
    for (const std::string& word : hostile) {
      OptionValue value = OptionValue::parse(written);
      CHECK(value.str() == written);
      value.set("first", word);
      value.set("second", word);
      value.set("first", word);
      const auto read = OptionValue::parse(value.str());
      INFO(written << " and " << word << " became " << value.str());
      CHECK(read.get("first") == word);
      CHECK(read.get("second") == word);
      CHECK(read.get("a") == OptionValue::parse(written).get("a"));
      CHECK(read.get("macaddr") == OptionValue::parse(written).get("macaddr"));
      CHECK(read.first() == OptionValue::parse(written).first());
      value.remove("second");
      value.remove("first");
      CHECK(OptionValue::parse(value.str()).keys() == OptionValue::parse(written).keys());
    }
}

TEST_CASE("options: a first word is read back, whatever it is", "[qemu]") {
  for (const char* word : {"e1000", "e1000,addr=3", ",", "a,,b"})
    CHECK(OptionValue::parse(OptionValue::named(word).str() + ",id=x").first() == word);
}

TEST_CASE("options: JSON is read back, whatever is added", "[qemu]") {
  for (const char* text : {"{}", R"({"driver":"e1000"} )"})
    for (const char* word : {"a\"b", "a\\", "\n", "{", "é", ""}) {
      const auto read = JsonObject::parse(JsonObject::parse(text).value().with(word, word));
      REQUIRE(read);
      CHECK(read.value().get(word) == word);
    }
}
