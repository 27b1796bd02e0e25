#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace lab {

/// The content of a file, which has to be readable.
std::string read_file(const std::filesystem::path& path);

/// Write a file, with the directories that it needs and exactly this mode.
void write_file(const std::filesystem::path& path, const std::string& text, mode_t mode = 0644);

} // namespace lab
