#include "support/accounts.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace lab {
namespace {

void must(bool good, const char* what) {
  if (!good)
    skip(std::string{what} + ": " + std::strerror(errno));
}

/// Write a database anew, without its own entries of the names that ours have.
void add_entries(const char* path, const std::string& entries) {
  const auto name_of = [](const std::string& line) { return line.substr(0, line.find(':') + 1); };
  std::ifstream before{path};
  std::string text = entries;
  for (std::string line; std::getline(before, line);)
    if (("\n" + entries).find("\n" + name_of(line)) == std::string::npos)
      text += line + "\n";
  before.close();
  std::ofstream{path} << text;
}

std::string passwd_entry(const User& user) {
  std::ostringstream line;
  line << user.name << ":x:" << user.uid << ':' << user.gid << "::" << home_of(user) << ":/bin/sh\n";
  return line.str();
}

std::string group_entry(const User& user) {
  std::ostringstream line;
  line << user.name << ":x:" << user.gid << ":\n";
  return line.str();
}

void make_home(const User& user) {
  const std::string home = home_of(user);
  must(::mkdir(home.c_str(), 0755) == 0 && ::chown(home.c_str(), user.uid, user.gid) == 0,
       "cannot make a home");
}

} // namespace

void own_etc() {
  const std::string layer = "/var/tmp/home/.etc";
  if (::access(layer.c_str(), F_OK) == 0)
    return;
  for (const char* part : {"", "/upper", "/work"})
    must(::mkdir((layer + part).c_str(), 0755) == 0, "cannot make a directory");
  const std::string options = "lowerdir=/etc,upperdir=" + layer + "/upper,workdir=" + layer + "/work";
  must(::mount("overlay", "/etc", "overlay", 0, options.c_str()) == 0, "cannot put a layer over /etc");
}

void own_accounts() {
  needs_others();
  if (::access(home_of(k_carl).c_str(), F_OK) == 0)
    return;
  own_etc();
  std::string users;
  std::string groups = "lab:x:" + std::to_string(k_lab_group) + ":acue,berta\nkvm:x:5101:acue\n";
  for (const User& user : {k_acue, k_berta, k_carl}) {
    users += passwd_entry(user);
    groups += group_entry(user);
    make_home(user);
  }
  add_entries("/etc/passwd", users);
  add_entries("/etc/group", groups);
}

std::string home_of(const User& user) {
  return std::string{"/var/tmp/home/"} + user.name;
}

} // namespace lab
