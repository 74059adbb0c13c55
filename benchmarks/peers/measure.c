/* measure CORE SECONDS RESULT COMMAND...: runs the command on one core and writes what it took as one line of JSON to
 * the file RESULT: user and system time and wall time in microseconds, peak memory in KiB, exit code.
 *
 * A program of its own because the kernel counts the memory of who calls exec into the peak of what it becomes: from a
 * script, every small client would seem as large as the script. After SECONDS the command is killed. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile pid_t child;

static void give_up(int signal_number) {
  (void)signal_number;
  if (child > 0) kill(-child, SIGKILL);
}

static long long microseconds(struct timeval t) { return t.tv_sec * 1000000LL + t.tv_usec; }

static void fail(const char* what) {
  fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
  exit(125);
}

int main(int argc, char** argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: measure CORE SECONDS RESULT COMMAND...\n");
    return 125;
  }
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    cpu_set_t core;
    CPU_ZERO(&core);
    CPU_SET(atoi(argv[1]), &core);
    if (sched_setaffinity(0, sizeof core, &core) != 0) fail("sched_setaffinity");
    execvp(argv[4], argv + 4);
    fail(argv[4]);
  }
  setpgid(child, child);
  signal(SIGALRM, give_up);
  signal(SIGTERM, give_up);
  signal(SIGINT, give_up);
  alarm((unsigned)atoi(argv[2]));
  int status;
  struct rusage used;
  while (wait4(child, &status, 0, &used) < 0)
    if (errno != EINTR) fail("wait4");
  clock_gettime(CLOCK_MONOTONIC, &to);
  FILE* result = fopen(argv[3], "w");
  if (result == NULL) fail(argv[3]);
  fprintf(result, "{\"user_us\":%lld,\"system_us\":%lld,\"wall_us\":%lld,\"peak_kib\":%ld,\"exit\":%d}\n",
          microseconds(used.ru_utime), microseconds(used.ru_stime),
          (to.tv_sec - from.tv_sec) * 1000000LL + (to.tv_nsec - from.tv_nsec) / 1000, used.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  if (fclose(result) != 0) fail(argv[3]);
  return 0;
}
