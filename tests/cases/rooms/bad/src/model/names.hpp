// Upwards, sideways and outwards.
#include "base/error.hpp"
#include "cli/app.hpp" // refused
#include "kernel/netlink.hpp" // refused
#include "names.hpp" // refused

#include <boost/outcome/try.hpp>  // refused
#include <libvdeplug.h> // refused
#include <linux/if_tun.h>  // refused
#include <nftables/libnftables.h> // refused
