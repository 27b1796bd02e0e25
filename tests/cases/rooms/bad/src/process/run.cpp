#include <linux/capability.h>
#include <linux/if.h> // refused
