#include "qemu/option_table.hpp"

namespace vdeup::qemu {
namespace {

// Names between blanks, sorted. Tests hold them to the QEMUs that are installed. QEMU tells upper from lower
// case, takes no abbreviation, and has no `-name=value`.

constexpr std::string_view k_with_value =
    " D L M accel acpitable action add-fd append audio audiodev balloon bios blockdev boot bootp bt"
    " cdrom chardev chroot clock compat cpu cpu-vendor d debugcon device dfilter display domain-name"
    " domid drive dtb dump-vmstate echr fda fdb fsdev fw_cfg g gdb global hda hdachs hdb hdc hdd icount"
    " incoming initrd iscsi k kernel kvm-shadow-memory loadvm m macaddr machine mem-path mod mon"
    " monitor msg mtdblock n name net netdev nic nics numa nvram object option-rom overcommit p"
    " parallel pcidevice pflash pidfile plugin prom-env qmp qmp-pretty qtest qtest-log readconfig"
    " realtime redir rotate rtc run-with runas sandbox sd seed semihosting-config serial set shim smb smbios"
    " smp sock soundhw spice startdate tb-size tftp tpmdev trace tun-fd unix usbdevice uuid vdesock vga"
    " vgaram videoram virtfs virtioconsole vmchannel vnc watchdog watchdog-action writeconfig xen-domid ";

constexpr std::string_view k_without_value =
    " S alt-grab async-teardown audio-help cirrusvga ctrl-grab curses daemonize dummy-net enable-audio"
    " enable-fips enable-hax enable-kvm enable-nesting enable-sync-profile full-screen h help isa"
    " jitdump kernel-kqemu localtime mem-prealloc no-acpi no-code-copy no-fd-bootchk no-frame no-hpet"
    " no-kqemu no-kvm no-kvm-irqchip no-kvm-pit no-kvm-pit-reinjection no-quit no-reboot no-shutdown"
    " no-user-config nodefaults nodefconfig nographic nouserconfig old-param only-migratable pci"
    " perfmap portrait preconfig prep rtc-td-hack s sdl semihosting show-cursor singlestep snapshot"
    " std-vga tdf usb user-net version virtfs_synth vmwarevga win2k-hack xen-attach xen-create"
    " xen-domid-restrict ";

constexpr std::string_view k_asking =
    " M accel audio audiodev blockdev chardev clock cpu d device display drive machine net netdev nic"
    " object soundhw tpmdev trace vga watchdog ";

bool contains(std::string_view names, std::string_view name) {
  if (name.empty() || name.find(' ') != std::string_view::npos)
    return false;
  for (std::size_t at = names.find(name); at != std::string_view::npos; at = names.find(name, at + 1))
    if (names[at - 1] == ' ' && names[at + name.size()] == ' ')
      return true;
  return false;
}

} // namespace

Arity arity_of(std::string_view name) {
  if (contains(k_with_value, name))
    return Arity::value;
  return contains(k_without_value, name) ? Arity::none : Arity::unknown;
}

bool can_ask(std::string_view name) {
  return contains(k_asking, name);
}

} // namespace vdeup::qemu
