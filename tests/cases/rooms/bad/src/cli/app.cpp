// cli may use all rooms, and still no other room's library.
#include "kernel/kernel_host.hpp"
#include "remote/hosts.hpp" // refused
#include "vde/vde_host.hpp"

#include <boost/json/object.hpp>
#include <boost/program_options/parsers.hpp>
#include <netlink/netlink.h> // refused
