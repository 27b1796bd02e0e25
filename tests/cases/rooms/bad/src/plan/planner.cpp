// A pure room asks no host. An array[3] and a "\" must not confuse the reading of lines;
const char* const text[] = {"[", ";", "\\"};
#include "engine/host.hpp" // refused
#include "model/step.hpp"
  #  include "process/command.hpp"  // refused
#include "qemu/line.hpp" // refused
