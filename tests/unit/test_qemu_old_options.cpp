#include "qemu/old_options.hpp"
#include "support/catch.hpp"

#include <utility>

using namespace vdeup::qemu;

using Words = std::vector<std::string>;

namespace {

Words translated(const Words& args, Version version = {7, 2}) {
  return translate_old_options(args, {version}).args;
}

} // namespace

TEST_CASE("old options: what has another name today gets it", "[qemu]") {
  const auto [old, today] = GENERATE(
      std::pair{Words{"-localtime"}, Words{"-rtc", "base=localtime"}},
      std::pair{Words{"-startdate", "2006-06-17T16:01:21"}, Words{"-rtc", "base=2006-06-17T16:01:21"}},
      std::pair{Words{"-std-vga", "-m", "64"}, Words{"-vga", "std", "-m", "64"}},
      std::pair{Words{"-no-kvm"}, Words{"-machine", "accel=tcg"}},
      std::pair{Words{"-soundhw", "ac97,hda,pcspk"},
                Words{"-device", "AC97", "-device", "intel-hda", "-device", "hda-duplex"}},
      std::pair{Words{"-balloon", "virtio"}, Words{"-device", "virtio-balloon"}},
      std::pair{Words{"-watchdog", "i6300esb"}, Words{"-device", "i6300esb"}},
      std::pair{Words{"-M", "pc-0.12"}, Words{"-M", "pc"}},
      std::pair{Words{"-machine", "type=pc-1.0,accel=kvm"}, Words{"-machine", "type=pc,accel=kvm"}},
      std::pair{Words{"-M", "raspi2"}, Words{"-M", "raspi2b"}},
      std::pair{Words{"-device", "ide-drive,drive=d"}, Words{"-device", "ide-hd,drive=d"}},
      std::pair{Words{"-drive", "file=/a,,b,if=virtio,boot=on"}, Words{"-drive", "file=/a,,b,if=virtio"}},
      std::pair{Words{"-display", "sdl,frame=off,window_close=off"},
                Words{"-display", "sdl,window-close=off"}},
      std::pair{Words{"-net", "nic,name=front"}, Words{"-net", "nic,id=front"}},
      std::pair{Words{"-net", "nic,name=my nic"}, Words{"-net", "nic"}},
      std::pair{Words{"-usbdevice", "host:1234:abcd"},
                Words{"-usb", "-device", "usb-host,vendorid=0x1234,productid=0xabcd"}},
      std::pair{Words{"-usbdevice", "host:1.2"}, Words{"-usb", "-device", "usb-host,hostbus=1,hostaddr=2"}},
      std::pair{Words{"-usbdevice", "disk:format=raw:/a,b"},
                Words{"-usb", "-drive", "if=none,id=vdeup-usb0,format=raw,file=/a,,b", "-device",
                      "usb-storage,drive=vdeup-usb0"}});
  CHECK(translated(old) == today);
}

TEST_CASE("old options: what has no effect today is left out", "[qemu]") {
  const auto old = GENERATE(Words{"-no-kqemu"}, Words{"-kernel-kqemu"}, Words{"-no-quit"}, Words{"-no-frame"},
                            Words{"-tdf"}, Words{"-alt-grab"}, Words{"-clock", "dynticks"}, Words{"-vga"},
                            Words{"-balloon", "none"}, Words{"-hdachs", "1,2,3"}, Words{"-writeconfig", "-"},
                            Words{"-redir", "tcp:2222::22"}, Words{"-soundhw", "pcspk"});
  CAPTURE(old);
  const auto result = translate_old_options(old, {{7, 2}});
  CHECK(result.args.empty());
  CHECK(result.changes.size() == 1);
}

TEST_CASE("old options: what this QEMU accepts is left alone", "[qemu]") {
  const auto args =
      GENERATE(Words{"-no-acpi", "-no-hpet", "-runas", "nobody"}, Words{"-usbdevice", "tablet"},
               Words{"-k", "de"}, Words{"-soundhw", "help"}, Words{"-vnc", ":17"}, Words{"-vga", "cirrus"},
               Words{"-enable-kvm", "-cpu", "host"}, Words{"-append", "-localtime"},
               Words{"-net", "nic,model=rtl8139"}, Words{"-serial", "mon:unix:/s,server,nowait"},
               Words{"-M", "pc-i440fx-1.4"}, Words{"-usbdevice", "host:auto:*.*"}, Words{"-no-such-option"},
               Words{"-device", R"({"driver":"ide-drive"})"});
  CAPTURE(args);
  const auto result = translate_old_options(args, {{7, 2}});
  CHECK(result.args == args);
  CHECK(result.changes.empty());
}

TEST_CASE("old options: a QEMU that still has an option gets it", "[qemu]") {
  CHECK(translated({"-localtime"}, {3, 0}) == Words{"-localtime"});
  CHECK(translated({"-localtime"}, {3, 1}) == Words{"-rtc", "base=localtime"});
  CHECK(translated({"-no-acpi"}, {9, 0}) == Words{"-machine", "acpi=off"});
  CHECK(translated({"-M", "pc-i440fx-1.4"}, {8, 2}) == Words{"-M", "pc"});
  CHECK(translated({"-redir", "tcp:1::2"}, {3, 0}) == Words{"-redir", "tcp:1::2"});
}

TEST_CASE("old options: a program that was not asked gets its line as it is", "[qemu]") {
  CHECK(translated({"-localtime", "-vga"}, {}) == Words{"-localtime", "-vga"});
}

TEST_CASE("old options: a strict user gets what was written", "[qemu]") {
  const auto result = translate_old_options({"-localtime"}, {.version = {7, 2}, .is_strict = true});
  CHECK(result.args == Words{"-localtime"});
  CHECK(result.changes.empty());
}

TEST_CASE("old options: the options of the user network move into it", "[qemu]") {
  CHECK(translated({"-redir", "tcp:5555:10.0.2.15:22", "-net", "nic", "-net", "user", "-tftp", "/t,x",
                    "-bootp", "pxe"}) ==
        Words{"-net", "nic", "-net", "user,hostfwd=tcp::5555-10.0.2.15:22,tftp=/t,,x,bootfile=pxe"});
  CHECK(translated({"-net", "user", "-redir", "tcp:1::2", "-redir", "udp:3::4"}) ==
        Words{"-net", "user,hostfwd=tcp::1-:2,hostfwd=udp::3-:4"});
}

TEST_CASE("old options: without KVM the VM is emulated, and its user told", "[qemu]") {
  const auto result = translate_old_options({"-enable-kvm", "-cpu", "host", "-m", "64"}, {{7, 2}, false});
  CHECK(result.args == Words{"-cpu", "max", "-m", "64"});
  REQUIRE(result.changes.size() == 2);
  CHECK(result.changes[0].find("/dev/kvm") != std::string::npos);
  CHECK(translate_old_options({"-cpu", "host"}, {{7, 2}, false}).args == Words{"-cpu", "host"});
}

TEST_CASE("old options: every change is told once, with what stood there", "[qemu]") {
  const auto result = translate_old_options({"-localtime", "-no-quit"}, {{7, 2}});
  CHECK(result.changes ==
        Words{"replaced `-localtime` with `-rtc base=localtime`: QEMU 7.2 rejects it",
              "left out `-no-quit`: the window can be closed; `-display …,window-close=off` forbids it"});
}
