/* What the yardstick's module asks its daemon: one datagram of this each login; the answer is one byte, 1 for yes. */
#ifndef UMBRA_BENCH_YARDSTICK_H
#define UMBRA_BENCH_YARDSTICK_H

struct yardstick_request {
  char user[32]; /* both end with a NUL */
  char code[8];
};

#endif
