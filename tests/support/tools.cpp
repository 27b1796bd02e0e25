#include "support/tools.hpp"

#include "support/lab.hpp"

#include <cstdlib>
#include <filesystem>

namespace lab {

std::string find_tool(const std::string& name) {
  const char* unpacked = std::getenv("VDEUP_TEST_TOOLS");
  for (const std::string& root : {std::string{unpacked == nullptr ? "" : unpacked}, std::string{"/"}})
    for (const char* directory : {"usr/sbin", "usr/bin"})
      if (const auto path = std::filesystem::path{root} / directory / name;
          !root.empty() && std::filesystem::exists(path))
        return path.string();
  return {};
}

std::string tool(const std::string& name) {
  std::string path = find_tool(name);
  if (path.empty())
    skip("needs " + name + ": `contrib/debian-packages unpack DIRECTORY`, and VDEUP_TEST_TOOLS=DIRECTORY");
  return path;
}

void needs(const std::string& program) {
  for (const char* directory : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"})
    if (std::filesystem::exists(directory + program))
      return;
  skip("needs " + program);
}

} // namespace lab
