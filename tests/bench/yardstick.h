/* What the yardstick's module asks its daemon, a datagram each time; the answer is one byte, 1 for yes. Without a code:
 * whether one is wanted, and it always is. */
#ifndef UMBRA_BENCH_YARDSTICK_H
#define UMBRA_BENCH_YARDSTICK_H

struct yardstick_request {
  char user[32]; /* both end with a NUL */
  char code[8];
};

#endif
