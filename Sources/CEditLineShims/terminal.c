#define _XOPEN_SOURCE 700
#include "CEditLineShims.h"
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

// What the handler needs; a handler is the process's, so this is too. Everything it calls is async-signal-safe.
static struct termios original;
static int terminal;

static void end(int signal) {
  static const char paste_off[] = "\033[?2004l\n";
  tcsetattr(terminal, TCSANOW, &original);
  ssize_t ignored = write(terminal, paste_off, sizeof paste_off - 1);
  (void)ignored;
  _exit(128 + signal);
}

void cel_restore_terminal(void) { tcsetattr(terminal, TCSADRAIN, &original); }

void cel_restore_terminal_at_end(int descriptor) {
  if (tcgetattr(descriptor, &original) != 0) return;
  terminal = descriptor;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = end;
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGHUP, &action, NULL);
}
