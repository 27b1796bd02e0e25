#include "cli/app.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  constexpr int internal_error = 125;
  try {
    return vdeup::cli::run(std::vector<std::string>{argv, argv + argc});
  } catch (const std::exception& error) { // a bug, or no memory: everything else is a Result
    fmt::print(stderr, "vdeup: internal error: {}\n", error.what());
    return internal_error;
  }
}
