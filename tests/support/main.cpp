#define CATCH_CONFIG_RUNNER
#include "support/lab.hpp"

#include <catch2/catch.hpp>

#include <string_view>

// A test program of its own world: each test case is run by CTest as one process, in its own namespaces.
int main(int argc, char** argv) {
  bool only_lists = false;
  for (int i = 1; i < argc; ++i)
    only_lists = only_lists || std::string_view{argv[i]}.starts_with("--list");
  if (!only_lists)
    lab::enter();
  return Catch::Session().run(argc, argv);
}
