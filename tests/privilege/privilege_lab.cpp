#include "privilege/privilege_lab.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace privilege_lab {
namespace {

namespace fs = std::filesystem;

/// Sections and generators run one after the other in one lab.
void clear_what_a_former_section_left() {
  for (const auto& device : fs::directory_iterator("/proc/sys/net/ipv4/conf"))
    if (const std::string name = device.path().filename(); name != "all" && name != "default" && name != "lo")
      (void)lab::run({"ip", "link", "delete", name});
  lab::clear_files();
  for (const char* path : {k_prefix, "/etc/vdeup", "/etc/vdeup.real", "/etc/qemu"})
    fs::remove_all(path);
}

} // namespace

std::string must(const std::string& line) {
  const auto done = lab::run(lab::to_words(line));
  INFO(line << "\n" << done.out << done.err);
  REQUIRE(done.status == 0);
  return done.out;
}

bool exists(const std::string& device) {
  return fs::exists("/sys/class/net/" + device) || lab::run({"ip", "link", "show", device}).status == 0;
}

std::string show(const std::string& device) {
  return must("ip -d link show " + device);
}

std::string Host::helper() {
  return std::string{k_prefix} + "/libexec/vdeup/vdeup-helper";
}

Host::Host(Capability capability) {
  lab::own_accounts();
  needs("setcap");
  clear_what_a_former_section_left();
  fs::create_directories(fs::path{helper()}.parent_path());
  fs::create_directories(std::string{k_prefix} + "/bin");
  const fs::path bin = lab::bin_directory();
  fs::copy_file(bin / "vdeup", std::string{k_prefix} + "/bin/vdeup");
  fs::copy_file(bin / "talker", std::string{k_prefix} + "/bin/talker");
  fs::copy_file(VDEUP_TEST_HELPER, helper());
  fs::permissions(helper(), fs::perms{0755});
  write_file("/etc/machine-id", std::string{k_machine_id} + "\n");
  if (capability == Capability::none)
    return;
  const char* const rights = capability == Capability::given
                                 ? "cap_net_admin,cap_net_bind_service,cap_net_raw+p"
                                 : "cap_net_admin=ep";
  if (lab::run({"setcap", rights, helper()}).status != 0)
    lab::skip("files cannot have capabilities here");
}

void Host::set_policy(const std::string& text) {
  write_file("/etc/vdeup/policy.conf", text);
}

lab::Finished Host::vdeup(const lab::User& user, std::vector<std::string> arguments,
                          std::vector<std::string> environment) {
  arguments.insert(arguments.begin(), std::string{k_prefix} + "/bin/vdeup");
  environment.push_back("HOME=" + lab::home_of(user));
  return lab::run(arguments, {.user = user, .environment = std::move(environment)});
}

std::vector<std::string> Host::talker(std::vector<std::string> program, std::vector<std::string> options) {
  options.insert(options.begin(), std::string{k_prefix} + "/bin/talker");
  options.emplace_back("--");
  options.insert(options.end(), program.begin(), program.end());
  return options;
}

std::string Host::talk(const lab::User& user, const std::string& lines,
                       const std::vector<std::string>& environment) {
  lab::Running talking{talker(), {.user = user, .environment = environment}};
  talking.write(lines);
  const auto done = talking.finish();
  return done.out + done.err;
}

std::string line(const std::string& words) {
  return "vdeup-helper/2 " + words + "\n";
}

std::string hexadecimal(const std::string& text) {
  std::string digits = "x";
  for (const char byte : text)
    digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return digits;
}

} // namespace privilege_lab
