#pragma once

namespace lab {

/// Run the test cases that the command line selects. Returns the exit status for main().
int run_test_cases(int argc, char** argv);

} // namespace lab
