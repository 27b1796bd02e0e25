// Catch2 2.13 is compiled here, once for all test programs.
#define CATCH_CONFIG_RUNNER
#include "support/catch_session.hpp"

#include "support/catch.hpp"

namespace lab {

int run_test_cases(int argc, char** argv) {
  return Catch::Session().run(argc, argv);
}

} // namespace lab
