/* One byte to and fro over TCP, and how long it takes. The same program at both ends; static, so that it runs
 * in a guest which has no libraries.
 *
 *   ping-pong serve PORT            answer one client after the other; says "serving" when it can be reached
 *   ping-pong ADDRESS PORT COUNT    print the median of COUNT round trips, in nanoseconds */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { longest_service_s = 3600, longest_measuring_s = 30, most_trips = 100000 };

static void must(int good, const char* what) {
  if (good)
    return;
  perror(what);
  exit(1);
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct sockaddr_in address_of(const char* host, const char* port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  must(inet_pton(AF_INET, host, &address.sin_addr) == 1, "address");
  return address;
}

/* A byte must not wait for more that could go with it. */
static void send_at_once(int stream) {
  const int on = 1;
  must(setsockopt(stream, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0, "TCP_NODELAY");
}

static void answer(int stream) {
  char byte;
  send_at_once(stream);
  while (read(stream, &byte, 1) == 1 && write(stream, &byte, 1) == 1)
    ;
  close(stream);
}

static void serve(const char* port) {
  const int on = 1;
  const struct sockaddr_in address = address_of("0.0.0.0", port);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must(listener >= 0, "socket");
  must(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0, "SO_REUSEADDR");
  must(bind(listener, (const struct sockaddr*)&address, sizeof(address)) == 0, "bind");
  must(listen(listener, 8) == 0, "listen");
  puts("serving");
  fflush(stdout);
  for (;;) {
    const int stream = accept(listener, NULL, NULL);
    must(stream >= 0, "accept");
    answer(stream);
  }
}

static int64_t time_trip(int stream) {
  char byte = 'x';
  const int64_t began = now_ns();
  must(write(stream, &byte, 1) == 1, "write");
  must(read(stream, &byte, 1) == 1, "read");
  return now_ns() - began;
}

static int compare(const void* left, const void* right) {
  const int64_t a = *(const int64_t*)left;
  const int64_t b = *(const int64_t*)right;
  return (a > b) - (a < b);
}

static void measure(const struct sockaddr_in* address, int count) {
  static int64_t trips[most_trips];
  const int stream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must(stream >= 0, "socket");
  must(connect(stream, (const struct sockaddr*)address, sizeof(*address)) == 0, "connect");
  send_at_once(stream);
  for (int i = 0; i < count; ++i)
    trips[i] = time_trip(stream);
  qsort(trips, (size_t)count, sizeof(trips[0]), compare);
  printf("%lld\n", (long long)trips[count / 2]);
}

int main(int argc, char** argv) {
  if (argc == 3 && strcmp(argv[1], "serve") == 0) {
    alarm(longest_service_s); /* never for ever, whatever becomes of the bench */
    serve(argv[2]);
  }
  const int count = argc == 4 ? atoi(argv[3]) : 0;
  if (count < 1 || count > most_trips) {
    fprintf(stderr, "usage: ping-pong serve PORT | ADDRESS PORT COUNT\n");
    return 1;
  }
  const struct sockaddr_in address = address_of(argv[1], argv[2]);
  alarm(longest_measuring_s);
  measure(&address, count);
  return 0;
}
