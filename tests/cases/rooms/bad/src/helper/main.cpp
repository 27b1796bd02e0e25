// What has privileges starts no programs.
#include "kernel/capabilities.hpp"
#include "privilege/server.hpp"
#include "process/command.hpp" // refused

#include <linux/capability.h> // refused
