/* What the bench and the program that it launches in place of QEMU say to each other. C and C++. */
#ifndef VDEUP_BENCH_REPORT_H
#define VDEUP_BENCH_REPORT_H

#include <stdint.h>

/* Environment variables; the first two hold the number of an inherited descriptor. */
#define VM_REPORT_FD "VDEUP_BENCH_REPORT_FD" /* a struct vm_report is written here, once */
#define VM_HOLD_FD "VDEUP_BENCH_HOLD_FD"     /* if set: stay until the other end of this pipe is closed */
#define VM_QEMU "VDEUP_BENCH_QEMU"           /* if set: a real QEMU that answers -h and -netdev help */

struct vm_report {
  int64_t began_ns;  /* CLOCK_MONOTONIC when main() began */
  int32_t connected; /* with VM_HOLD_FD: 1 if a frame could be sent through the connection */
};

#endif
