#include "support/catch_session.hpp"

int main(int argc, char** argv) {
  return lab::run_test_cases(argc, argv);
}
