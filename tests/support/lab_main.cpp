#include "support/catch_session.hpp"
#include "support/lab.hpp"

#include <string_view>

// CTest runs each test case of such a program as one process, which gets namespaces of its own.
int main(int argc, char** argv) {
  bool only_lists = false;
  for (int i = 1; i < argc; ++i)
    only_lists = only_lists || std::string_view{argv[i]}.starts_with("--list");
  if (!only_lists)
    lab::enter();
  return lab::run_test_cases(argc, argv);
}
