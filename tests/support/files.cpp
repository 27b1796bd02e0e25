#include "support/files.hpp"

#include "support/catch.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

namespace lab {

std::string read_file(const std::filesystem::path& path) {
  INFO(path.string());
  std::ifstream file{path, std::ios::binary};
  REQUIRE(file.is_open());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const std::filesystem::path& path, const std::string& text, mode_t mode) {
  INFO(path.string());
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file{path, std::ios::binary};
  file << text;
  file.close();
  REQUIRE(file.good());
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

} // namespace lab
