#include "qemu/case_files.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace lab {
namespace {

constexpr std::size_t k_mebibyte = 1024 * 1024;

void put(std::string& image, std::size_t at, std::uint64_t number, std::size_t size, bool is_big_endian) {
  for (std::size_t i = 0; i < size; ++i)
    image.at(is_big_endian ? at + size - 1 - i : at + i) = static_cast<char>(number >> (8 * i));
}

/// An empty disk of 1 MiB: header, one refcount table, one refcount block, one L1 table (docs/interop/qcow2).
std::string qcow2() {
  constexpr std::size_t cluster = 64 * 1024;
  std::string image(4 * cluster, '\0');
  image.replace(0, 4, "QFI\xfb");
  put(image, 4, 2, 4, true);            // version
  put(image, 20, 16, 4, true);          // cluster bits
  put(image, 24, k_mebibyte, 8, true);  // size
  put(image, 36, 1, 4, true);           // entries of the L1 table
  put(image, 40, 3 * cluster, 8, true); // where it is
  put(image, 48, cluster, 8, true);     // where the refcount table is
  put(image, 56, 1, 4, true);           // its clusters
  put(image, cluster, 2 * cluster, 8, true);
  for (std::size_t i = 0; i < 4; ++i)
    put(image, 2 * cluster + 2 * i, 1, 2, true);
  return image;
}

/// The header of a bzImage with protocol 2.12, and nothing to run.
std::string pc_kernel() {
  std::string image(k_mebibyte, '\0');
  put(image, 0x1f1, 4, 1, false); // sectors of set-up code
  put(image, 0x1fe, 0xaa55, 2, false);
  image.replace(0x202, 4, "HdrS");
  put(image, 0x206, 0x020c, 2, false);     // protocol
  put(image, 0x211, 1, 1, false);          // loaded high
  put(image, 0x22c, 0x37ffffff, 4, false); // the highest address of an initrd
  put(image, 0x238, 2047, 4, false);       // the longest command line
  return image;
}

std::string content_of(const std::string& kind) {
  if (kind == "raw")
    return std::string(k_mebibyte, '\0');
  if (kind == "qcow2")
    return qcow2();
  if (kind == "floppy")
    return std::string(1440 * 1024, '\0');
  if (kind == "flash")
    return std::string(k_mebibyte / 16, '\0');
  if (kind == "kernel")
    return pc_kernel();
  if (kind == "key")
    return std::string(32, 'k');
  if (kind == "config")
    return "[memory]\n  size = \"64\"\n";
  throw std::runtime_error("there is no file of kind " + kind);
}

} // namespace

void make_case_file(const std::string& kind, const std::string& path) {
  const std::filesystem::path file{path};
  if (file.has_parent_path())
    std::filesystem::create_directories(file.parent_path());
  const std::string content = content_of(kind);
  std::ofstream stream{file, std::ios::binary};
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
}

} // namespace lab
