#include "nat/firewall_lab.hpp"

#include "dependents/manager_lab.hpp"
#include "support/catch.hpp"
#include "support/tools.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace firewall_lab {
namespace {

namespace fs = std::filesystem;

const fs::path k_programs = "/var/tmp/home/bin";
const fs::path k_ufw = "/var/tmp/home/ufw";
const fs::path k_firewalld = "/var/tmp/home/firewalld";

/// The directory that a package was unpacked into: two above that of its program.
fs::path root_of(const std::string& program) {
  return fs::path{lab::tool(program)}.parent_path().parent_path().parent_path();
}

/// Where the libraries of GObject's are described for other languages, below the directory of the host's
/// architecture.
std::string typelibs_in(const fs::path& root) {
  for (const auto& entry : fs::directory_iterator(root / "usr/lib"))
    if (fs::exists(entry.path() / "girepository-1.0"))
      return entry.path() / "girepository-1.0";
  return {};
}

/// The words that run one of these programs: by the system's own Python, which a pyenv might hide, and with
/// the modules that were unpacked beside it.
std::string line_of(const std::string& program) {
  const fs::path root = root_of(program);
  return fmt::format("env PYTHONPATH={0}/usr/lib/python3/dist-packages PYTHONPYCACHEPREFIX=/var/tmp/home/pyc "
                     "GI_TYPELIB_PATH={1} /usr/bin/python3 -s {2}",
                     root.string(), typelibs_in(root), lab::tool(program));
}

/// Have `in_shell` find a program.
void offer(const std::string& name, const std::string& line) {
  fs::create_directories(k_programs);
  std::ofstream{k_programs / name} << "#!/bin/sh\nexec " << line << " \"$@\"\n";
  fs::permissions(k_programs / name, fs::perms::owner_all);
}

void must(const std::string& line) {
  const auto done = in_shell(line);
  INFO(line << "\n" << done.out << done.err);
  REQUIRE(done.status == 0);
}

void needs_firewalls() {
  if (!fs::exists("/usr/bin/python3"))
    lab::skip("needs python3");
  if (!lab::can_be_others())
    lab::skip("firewalls are for root");
}

} // namespace

lab::Finished in_shell(const std::string& line) {
  return lab::run({"sh", "-c", line}, {.environment = {fmt::format("PATH={}:/usr/sbin:/usr/bin:/sbin:/bin",
                                                                   k_programs.string())}});
}

void use_older_iptables() {
  if (in_shell("iptables-legacy -S && ip6tables-legacy -S").status != 0)
    lab::skip("this kernel has no tables of the older iptables");
  must("mount --bind /usr/sbin/xtables-legacy-multi /usr/sbin/xtables-nft-multi");
}

Ufw::Ufw() {
  needs_firewalls();
  const fs::path root = root_of("ufw");
  // What the package's scripts do when it is installed: its rules are copied to where they may be edited.
  must(fmt::format(
      "set -e; mkdir -p {0}/etc {0}/lib; cp -r {1}/etc/ufw {1}/etc/default {0}/etc; "
      "cp -r {2}/ufw {0}/lib; cp {1}/usr/share/ufw/*.rules {1}/usr/share/ufw/ufw.conf {0}/etc/ufw; "
      "sed -i s,^IPT_SYSCTL=,IPT_SYSCTL={0}, {0}/etc/default/ufw",
      k_ufw.string(), root.string(), (root / (fs::exists(root / "lib/ufw") ? "lib" : "usr/lib")).string()));
  offer("ufw", fmt::format("{0} --rootdir={1} --datadir={1}", line_of("ufw"), k_ufw.string()));
  must("ufw --force enable");
}

Firewalld::Firewalld(const std::string& backend) : m_bus(std::make_unique<manager_lab::SystemBus>()) {
  needs_firewalls();
  const fs::path root = root_of("firewalld");
  must(fmt::format("mkdir -p {0}; sed s/^FirewallBackend=.*/FirewallBackend={2}/ "
                   "{1}/etc/firewalld/firewalld.conf >{0}/firewalld.conf",
                   k_firewalld.string(), root.string(), backend));
  offer("firewall-cmd", line_of("firewall-cmd"));
  offer("firewalld",
        fmt::format("{} --nofork --nopid --log-target=console --default-config={}/usr/lib/firewalld "
                    "--system-config={}",
                    line_of("firewalld"), root.string(), k_firewalld.string()));
  m_daemon = std::make_unique<lab::Running>(std::vector<std::string>{k_programs / "firewalld"});
  REQUIRE(
      lab::eventually([] { return in_shell("firewall-cmd --state").status == 0; }, std::chrono::seconds{30}));
}

Firewalld::~Firewalld() = default;

} // namespace firewall_lab
